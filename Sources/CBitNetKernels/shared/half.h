/// Conversions between binary32 and binary16 in integer and binary32 arithmetic only.
///
/// Written without branches so that loops over them vectorise.
#ifndef BITNET_HALF_H
#define BITNET_HALF_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bn_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float bn_float_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t bn_load16(const uint8_t *source) {
    uint16_t value;
    memcpy(&value, source, sizeof value);
    return value;
}

static inline void bn_store16(uint8_t *target, uint16_t value) {
    memcpy(target, &value, sizeof value);
}

/// Exact. Subnormals are a small integer times 2^-24; the others move their exponent's bias.
static inline float bn_half_to_float(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7fffu;
    const uint32_t rebias = magnitude >= 0x7c00u ? 0x70000000u : 0x38000000u;
    const uint32_t normal = (magnitude << 13) + rebias;
    const uint32_t subnormal = bn_float_bits((float)(int32_t)magnitude * 0x1p-24f);
    return bn_float_from_bits(sign | (magnitude < 0x400u ? subnormal : normal));
}

/// To nearest, ties to even. Adding 0.5 aligns a result below 2^-14 to its step of 2^-24, so that
/// the addition itself rounds it.
static inline uint16_t bn_float_to_half(float value) {
    const uint32_t bits = bn_float_bits(value);
    const uint32_t magnitude = bits & 0x7fffffffu;
    const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    const uint32_t normal = (rounded - 0x38000000u) >> 13;
    const uint32_t subnormal = bn_float_bits(bn_float_from_bits(magnitude) + 0.5f) - 0x3f000000u;
    const uint32_t nan = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
    uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
    half = magnitude >= 0x477ff000u ? 0x7c00u : half;
    half = magnitude > 0x7f800000u ? nan : half;
    return (uint16_t)(half | ((bits >> 16) & 0x8000u));
}

#endif
