// Dense products over stored formats, as plain loops.
#include "../shared/internal.h"

#include "scalar.h"

// Value k of a row; exact up to one rounding for Q6_K, whose products have up to 25 bits.
static float weight_at(bn_dense_format format, const uint8_t *row, size_t k) {
    uint16_t half;
    float value;
    switch (format) {
    case BN_DENSE_F32: memcpy(&value, row + 4 * k, 4); return value;
    case BN_DENSE_F16: memcpy(&half, row + 2 * k, 2); return bn_half_to_float(half);
    case BN_DENSE_BF16: memcpy(&half, row + 2 * k, 2); return bn_bfloat_to_float(half);
    case BN_DENSE_Q8_0: {
        const uint8_t *block = row + k / 32 * 34;
        memcpy(&half, block, 2);
        return bn_half_to_float(half) * (float)(int8_t)block[2 + k % 32];
    }
    case BN_DENSE_Q4_0: {
        const uint8_t *block = row + k / 32 * 18;
        memcpy(&half, block, 2);
        int nibble = block[2 + k % 16] >> (k % 32 < 16 ? 0 : 4) & 15;
        return bn_half_to_float(half) * (float)(nibble - 8);
    }
    case BN_DENSE_Q6_K: {
        const uint8_t *block = row + k / 256 * 210;
        size_t side = k % 256 / 128, group = k % 128 / 32, l = k % 32;
        int low = block[64 * side + 32 * (group & 1) + l] >> (4 * (group >> 1)) & 15;
        int high = block[128 + 32 * side + l] >> (2 * group) & 3;
        float scale = (float)(int8_t)block[192 + 8 * side + 2 * group + l / 16];
        memcpy(&half, block + 208, 2);
        return bn_half_to_float(half) * scale * (float)((low | high << 4) - 32);
    }
    }
    return 0;
}

void bn_dense_matmul_scalar(const bn_dense_matmul_arguments *a) {
    for (size_t r = 0; r < a->rows; r++) {
        const uint8_t *row = (const uint8_t *)a->weights + r * a->row_bytes;
        for (size_t t = 0; t < a->tokens; t++) {
            const float *x = a->x + t * a->x_stride;
            float lanes[BN_DENSE_LANES] = {0};
            for (size_t k = 0; k < a->columns; k++)
                lanes[k % BN_DENSE_LANES] =
                    fmaf(weight_at(a->format, row, k), x[k], lanes[k % BN_DENSE_LANES]);
            for (size_t i = 0; i < BN_LANES; i++)
                lanes[i] += lanes[i + BN_LANES];
            float value = bn_sum_lanes(lanes);
            float *out = a->out + t * a->out_stride + r;
            *out = a->accumulate ? *out + value : value;
        }
    }
}
