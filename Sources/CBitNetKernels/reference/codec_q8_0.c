#pragma STDC FP_CONTRACT OFF

#include <math.h>

#include "../shared/half.h"
#include "bitnet_codecs.h"
#include "codec_round.h"

enum { BLOCK_BYTES = 34, BLOCK_VALUES = 32 };

void bn_decode_q8_0(const uint8_t *restrict blocks, size_t block_count, float *restrict values) {
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = blocks + BLOCK_BYTES * block;
        float *restrict target = values + BLOCK_VALUES * block;
        const float scale = bn_half_to_float(bn_load16(source));
        for (size_t i = 0; i < BLOCK_VALUES; i++) {
            target[i] = (float)(int8_t)source[2 + i] * scale;
        }
    }
}

void bn_encode_q8_0(const float *restrict values, size_t block_count, uint8_t *restrict blocks) {
    for (size_t block = 0; block < block_count; block++) {
        const float *restrict source = values + BLOCK_VALUES * block;
        uint8_t *restrict target = blocks + BLOCK_BYTES * block;
        float largest = 0;
        for (size_t i = 0; i < BLOCK_VALUES; i++)
            largest = fmaxf(largest, fabsf(source[i]));
        const float scale = largest / 127;
        const float inverse = scale >= 0x1p-126f ? 1 / scale : 0;
        bn_store16(target, bn_float_to_half(scale));
        for (size_t i = 0; i < BLOCK_VALUES; i++) {
            target[2 + i] = (uint8_t)bn_round_half_away(source[i] * inverse);
        }
    }
}
