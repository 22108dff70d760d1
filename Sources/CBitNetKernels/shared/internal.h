// What every kernel file includes first.
#ifndef BITNET_INTERNAL_H
#define BITNET_INTERNAL_H

#include <math.h>
#include <string.h>

#include "bitnet_kernels.h"

// The bits of a result must not depend on where a compiler fuses: fused operations are written out.
#pragma STDC FP_CONTRACT OFF

#define BN_INLINE static inline __attribute__((always_inline))

BN_INLINE size_t bn_round_up(size_t value, size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

BN_INLINE size_t bn_min(size_t a, size_t b) { return a < b ? a : b; }

// IEEE 754 binary16 to binary32, exact. Scaling by 2^112 renormalises subnormals.
BN_INLINE float bn_half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13;
    uint32_t bits;
    float value;
    if (magnitude >= 0x0F800000) { // infinity or NaN; a NaN is made quiet, as hardware does
        bits = magnitude + 0x70000000;
        if (bits & 0x007FFFFF) bits |= 0x00400000;
    } else {
        const float two_to_112 = 0x1p112f;
        memcpy(&value, &magnitude, 4);
        value *= two_to_112;
        memcpy(&bits, &value, 4);
    }
    bits |= sign;
    memcpy(&value, &bits, 4);
    return value;
}

BN_INLINE float bn_bfloat_to_float(uint16_t bfloat) {
    uint32_t bits = (uint32_t)bfloat << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

// binary32 to binary16, rounding half to even; overflow gives infinity, NaN a quiet NaN.
BN_INLINE uint16_t bn_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint32_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return (uint16_t)(sign | 0x7E00 | ((magnitude >> 13) & 0x3FF));
    if (magnitude >= 0x47800000) return (uint16_t)(sign | 0x7C00);
    if (magnitude < 0x38800000) {
        // Subnormal: adding 0.5 leaves the result's 10 bits, rounded to even, at the bottom.
        float shifted;
        memcpy(&shifted, &magnitude, 4);
        shifted += 0.5f;
        uint32_t rounded;
        memcpy(&rounded, &shifted, 4);
        return (uint16_t)(sign | (rounded - 0x3F000000));
    }
    uint32_t rounded = magnitude + 0xFFF + ((magnitude >> 13) & 1);
    return (uint16_t)(sign | ((rounded - 0x38000000) >> 13));
}

// Constants of exp: x = n ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2^n exp(r), and a polynomial of
// degree 6 in r (coefficients 1/k!: the truncated term is below 2^-23 relative at |r| = 0.3466).
#define BN_EXP_LOG2E 1.44269504088896341f
#define BN_EXP_LN2_HIGH 0.693359375f
#define BN_EXP_LN2_LOW -2.12194440e-4f
#define BN_EXP_MIN -87.33654475f
#define BN_EXP_MAX 88.72283905f
#define BN_EXP_C2 0.5f
#define BN_EXP_C3 0.16666666666f
#define BN_EXP_C4 0.04166666666f
#define BN_EXP_C5 0.00833333333f
#define BN_EXP_C6 0.00138888889f
#define BN_EXP_C7 0.000198412698f

#define BN_QUANTIZE_FLOOR 1e-5f

// The tables; each is NULL-free and complete.
extern const bn_kernels bn_kernels_scalar;
#if defined(__x86_64__)
extern const bn_kernels bn_kernels_avx2;
extern const bn_kernels bn_kernels_avx512vnni;
#elif defined(__aarch64__)
extern const bn_kernels bn_kernels_neon;
extern const bn_kernels bn_kernels_neon_dotprod;
extern const bn_kernels bn_kernels_neon_i8mm;
#endif

#endif
