#pragma STDC FP_CONTRACT OFF

#include <math.h>

#include "../shared/half.h"
#include "bitnet_codecs.h"
#include "codec_round.h"

// ggml's Q6_K, 210 bytes for 256 values: 128 bytes of low nibbles, 64 bytes of upper bit pairs,
// 16 signed scales, one float16 scale. Each half of 128 values has 64, 32 and 8 of these. Quarter k
// (of 32 values) of a half has its nibbles in bytes 32 * (k % 2) and up, low for k < 2, and its bit
// pairs at bit 2 * k.

enum { BLOCK_BYTES = 210, BLOCK_VALUES = 256, GROUP = 16, GROUPS = 16 };
enum { HIGH_OFFSET = 128, SCALES_OFFSET = 192, SCALE_OFFSET = 208, CANDIDATES = 20 };

static inline void decode_quarter(const uint8_t *restrict low, const uint8_t *restrict high,
                                  const uint8_t *restrict scales, float scale, size_t quarter,
                                  float *restrict values) {
    const uint32_t low_shift = quarter < 2 ? 0 : 4;
    const uint32_t high_shift = 2 * (uint32_t)quarter;
    for (size_t i = 0; i < 32; i++) {
        const int32_t code = ((low[i] >> low_shift) & 15) | ((high[i] >> high_shift) & 3) << 4;
        values[i] = scale * (float)(int8_t)scales[i / GROUP] * (float)(code - 32);
    }
}

void bn_decode_q6_k(const uint8_t *restrict blocks, size_t block_count, float *restrict values) {
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = blocks + BLOCK_BYTES * block;
        const float scale = bn_half_to_float(bn_load16(source + SCALE_OFFSET));
        for (size_t part = 0; part < 8; part++) {
            const size_t half = part / 4, quarter = part % 4;
            decode_quarter(source + 64 * half + 32 * (quarter % 2),
                           source + HIGH_OFFSET + 32 * half, source + SCALES_OFFSET + 2 * part,
                           scale, quarter, values + BLOCK_VALUES * block + 32 * part);
        }
    }
}

/// The code nearest to `value`: first clamped, because rounding needs a small number.
static inline float nearest_code(float value) {
    return bn_round_to_even(fminf(31, fmaxf(-32, value)));
}

/// The first of the `count` values of largest magnitude, with its sign.
static float extreme_of(const float *values, size_t count) {
    float extreme = 0;
    for (size_t i = 0; i < count; i++) {
        extreme = fabsf(values[i]) > fabsf(extreme) ? values[i] : extreme;
    }
    return extreme;
}

/// The scale s that minimises the sum of x^2 * (x - s * code)^2 over some ways of choosing codes.
///
/// Each candidate maps the value of largest magnitude near -32; its codes then have one best s,
/// product / square, which lowers the sum by product^2 / square. One lane for each candidate.
static float group_scale(const float *restrict values) {
    const float extreme = extreme_of(values, GROUP);
    if (fabsf(extreme) < 1e-15f) return 0;
    float target[CANDIDATES], product[CANDIDATES] = {0}, square[CANDIDATES] = {0};
    for (int c = 0; c < CANDIDATES; c++)
        target[c] = -31 - 0.1f * (float)c;
    for (size_t i = 0; i < GROUP; i++) {
        const float x = values[i] / extreme;
        for (int c = 0; c < CANDIDATES; c++) {
            const float code = nearest_code(x * target[c]);
            product[c] += x * x * x * code;
            square[c] += x * x * code * code;
        }
    }
    float best_gain = -1, best_scale = 0;
    for (int c = 0; c < CANDIDATES; c++) {
        const float scale = product[c] / square[c];
        const float gain = product[c] * scale;
        best_scale = gain > best_gain ? scale : best_scale;
        best_gain = fmaxf(gain, best_gain);
    }
    return extreme * best_scale;
}

static void store_code(uint8_t *block, size_t index, uint32_t code) {
    const size_t half = index / 128, quarter = index % 128 / 32, i = index % 32;
    block[64 * half + 32 * (quarter % 2) + i] |= (uint8_t)((code & 15) << (quarter < 2 ? 0 : 4));
    block[HIGH_OFFSET + 32 * half + i] |= (uint8_t)((code >> 4) << (2 * quarter));
}

static void encode_group(const float *restrict values, size_t group, float scale,
                         uint8_t *restrict block) {
    const float step = scale * (float)(int8_t)block[SCALES_OFFSET + group];
    for (size_t i = 0; i < GROUP; i++) {
        const float code = step == 0 ? 0 : nearest_code(values[i] / step);
        store_code(block, GROUP * group + i, (uint32_t)((int32_t)code + 32));
    }
}

/// The group scale of largest magnitude becomes -128, so that the block's scale is it / -128.
static float encode_scales(const float *restrict values, uint8_t *restrict block) {
    float scales[GROUPS];
    for (size_t group = 0; group < GROUPS; group++) {
        scales[group] = group_scale(values + GROUP * group);
    }
    const float extreme = extreme_of(scales, GROUPS);
    const float ratio = fabsf(extreme) >= 0x1p-118f ? -128 / extreme : 0;
    for (size_t group = 0; group < GROUPS; group++) {
        const float code = fminf(127, bn_round_to_even(scales[group] * ratio));
        block[SCALES_OFFSET + group] = (uint8_t)(int8_t)code;
    }
    const uint16_t scale = bn_float_to_half(extreme / -128);
    bn_store16(block + SCALE_OFFSET, scale);
    return bn_half_to_float(scale);
}

void bn_encode_q6_k(const float *restrict values, size_t block_count, uint8_t *restrict blocks) {
    memset(blocks, 0, BLOCK_BYTES * block_count);
    for (size_t block = 0; block < block_count; block++) {
        const float *restrict source = values + BLOCK_VALUES * block;
        uint8_t *restrict target = blocks + BLOCK_BYTES * block;
        const float scale = encode_scales(source, target);
        for (size_t group = 0; group < GROUPS; group++) {
            encode_group(source + GROUP * group, group, scale, target);
        }
    }
}
