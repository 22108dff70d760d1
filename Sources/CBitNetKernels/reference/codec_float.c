#pragma STDC FP_CONTRACT OFF

#include "../shared/half.h"
#include "bitnet_codecs.h"

void bn_decode_float16(const uint8_t *restrict source, size_t count, float *restrict values) {
    for (size_t i = 0; i < count; i++)
        values[i] = bn_half_to_float(bn_load16(source + 2 * i));
}

void bn_decode_bfloat16(const uint8_t *restrict source, size_t count, float *restrict values) {
    for (size_t i = 0; i < count; i++) {
        values[i] = bn_float_from_bits((uint32_t)bn_load16(source + 2 * i) << 16);
    }
}

void bn_encode_float16(const float *restrict values, size_t count, uint8_t *restrict target) {
    for (size_t i = 0; i < count; i++)
        bn_store16(target + 2 * i, bn_float_to_half(values[i]));
}

void bn_encode_bfloat16(const float *restrict values, size_t count, uint8_t *restrict target) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = bn_float_bits(values[i]);
        const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
        const uint32_t nan = (bits >> 16) | 0x40u;
        const uint32_t result = (bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded;
        bn_store16(target + 2 * i, (uint16_t)result);
    }
}
