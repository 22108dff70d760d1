#pragma STDC FP_CONTRACT OFF

#include <math.h>

#include "../shared/half.h"
#include "bitnet_codecs.h"

// Byte j of a block's 16 holds value j in its low and value j + 16 in its high nibble.

enum { BLOCK_BYTES = 18, BLOCK_VALUES = 32, HALF_VALUES = 16 };

void bn_decode_q4_0(const uint8_t *restrict blocks, size_t block_count, float *restrict values) {
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = blocks + BLOCK_BYTES * block;
        float *restrict target = values + BLOCK_VALUES * block;
        const float scale = bn_half_to_float(bn_load16(source));
        for (size_t i = 0; i < HALF_VALUES; i++) {
            const uint8_t byte = source[2 + i];
            target[i] = (float)((byte & 15) - 8) * scale;
            target[i + HALF_VALUES] = (float)((byte >> 4) - 8) * scale;
        }
    }
}

/// The first of the values of largest magnitude, with its sign.
static float extreme(const float *values) {
    float result = 0;
    for (size_t i = 0; i < BLOCK_VALUES; i++) {
        result = fabsf(values[i]) > fabsf(result) ? values[i] : result;
    }
    return result;
}

/// Truncation after adding 8.5 rounds to nearest, as ggml does; only the far end needs the clamp.
static inline uint8_t nibble(float value, float inverse) {
    return (uint8_t)fminf(15, value * inverse + 8.5f);
}

void bn_encode_q4_0(const float *restrict values, size_t block_count, uint8_t *restrict blocks) {
    for (size_t block = 0; block < block_count; block++) {
        const float *restrict source = values + BLOCK_VALUES * block;
        uint8_t *restrict target = blocks + BLOCK_BYTES * block;
        const float scale = extreme(source) / -8;
        const float inverse = fabsf(scale) >= 0x1p-126f ? 1 / scale : 0;
        bn_store16(target, bn_float_to_half(scale));
        for (size_t i = 0; i < HALF_VALUES; i++) {
            target[2 + i] = (uint8_t)(nibble(source[i], inverse) |
                                      nibble(source[i + HALF_VALUES], inverse) << 4);
        }
    }
}
