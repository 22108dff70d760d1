// Ternary products and packing, as plain loops: the meaning of the layout.
#include "../shared/internal.h"

#include "scalar.h"

// Code (weight + 1) of (row, column) in a group; the layout is drawn in bitnet_kernels.h.
static int code_at(const uint8_t *group, size_t row, size_t column) {
    size_t block = column / BN_TERNARY_COLUMNS, within = column % BN_TERNARY_COLUMNS;
    size_t field = within / 32, j = within % 32;
    size_t byte = block * BN_TERNARY_BLOCK_BYTES + 64 * (j / 4) + 4 * row + j % 4;
    return (group[byte] >> (6 - 2 * field)) & 3;
}

void bn_ternary_matmul_scalar(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    for (size_t row = 0; row < a->rows; row++) {
        const uint8_t *group = a->weights + row / BN_TERNARY_ROWS * group_bytes;
        for (size_t t = 0; t < a->tokens; t++) {
            const int8_t *codes = a->codes + t * a->columns;
            int32_t sum = 0;
            for (size_t k = 0; k < a->columns; k++)
                sum += code_at(group, row % BN_TERNARY_ROWS, k) * codes[k];
            float value = (float)(sum - a->sums[t]) * a->factors[t];
            float *out = a->out + t * a->out_stride + row;
            *out = a->accumulate ? *out + value : value;
        }
    }
}

void bn_ternary_interleave(const uint8_t *const *rows, size_t row_count, size_t words,
                           size_t padded_words, uint8_t *group) {
    // Rows are written a block of words at a time, so that a cache line of output is filled while
    // it is hot.
    memset(group + words * 4 * BN_TERNARY_ROWS, 0, (padded_words - words) * 4 * BN_TERNARY_ROWS);
    for (size_t first = 0; first < words; first += 16) {
        size_t last = bn_min(first + 16, words);
        for (size_t row = 0; row < BN_TERNARY_ROWS; row++) {
            for (size_t word = first; word < last; word++) {
                uint32_t value = 0;
                if (row < row_count) memcpy(&value, rows[row] + 4 * word, 4);
                memcpy(group + 4 * (BN_TERNARY_ROWS * word + row), &value, 4);
            }
        }
    }
}

void bn_ternary_deinterleave(const uint8_t *group, size_t row, size_t words, uint8_t *out) {
    for (size_t word = 0; word < words; word++)
        memcpy(out + 4 * word, group + 4 * (BN_TERNARY_ROWS * word + row), 4);
}

int bn_ternary_has_invalid(const uint8_t *bytes, size_t count) {
    uint8_t found = 0; // a field is 3 where both of its bits are set
    for (size_t i = 0; i < count; i++)
        found |= (uint8_t)(bytes[i] & (bytes[i] >> 1) & 0x55);
    return found != 0;
}
