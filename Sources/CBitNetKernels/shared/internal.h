// What every kernel file includes first.
#ifndef BITNET_INTERNAL_H
#define BITNET_INTERNAL_H

#include <math.h>
#include <string.h>

#include "bitnet_kernels.h"
#include "half.h"

// The bits of a result must not depend on where a compiler fuses: fused operations are written out.
#pragma STDC FP_CONTRACT OFF

#define BN_INLINE static inline __attribute__((always_inline))

BN_INLINE size_t bn_round_up(size_t value, size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

BN_INLINE size_t bn_min(size_t a, size_t b) { return a < b ? a : b; }

// Asks for the line at `p`, into all caches or into the second level and beyond; `level` is a
// constant.
BN_INLINE void bn_fetch(const void *p, int level) {
    if (level == 1) {
        __builtin_prefetch(p, 0, 3);
    } else {
        __builtin_prefetch(p, 0, 2);
    }
}

// Asks for the first `count` listed rows, `bytes` each, of a matrix: nothing was there to ask for
// them earlier.
BN_INLINE void bn_fetch_rows(const uint8_t *matrix, size_t bytes, const uint32_t *rows,
                             size_t count, int level) {
    for (size_t i = 0; i < count; i++)
        for (size_t byte = 0; byte < bytes; byte += BN_LINE_BYTES)
            bn_fetch(matrix + rows[i] * bytes + byte, level);
}

// f(a, ..., level) with the level of a->stream as a constant.
#define BN_AT_LEVEL(f, a, ...)                                                                     \
    ((a)->stream.level == 1 ? f((a), __VA_ARGS__, 1) : f((a), __VA_ARGS__, 2))

// f(a, ..., rows, level) with both choices of a->stream as constants.
#define BN_STREAM(f, a, ...)                                                                       \
    ((a)->stream.rows == 1 ? BN_AT_LEVEL(f, a, __VA_ARGS__, 1) : BN_AT_LEVEL(f, a, __VA_ARGS__, 2))

// f(a, ..., packing) with a->packing as a constant.
#define BN_WITH_PACKING(f, a, ...)                                                                 \
    ((a)->packing == BN_PACK_BASE3 ? f((a), __VA_ARGS__, BN_PACK_BASE3)                            \
                                   : f((a), __VA_ARGS__, BN_PACK_2BIT))

// f(a, ..., packing, level) with both as constants.
#define BN_PACKED_AT_LEVEL(f, a, ...)                                                              \
    ((a)->packing == BN_PACK_BASE3 ? BN_AT_LEVEL(f, a, __VA_ARGS__, BN_PACK_BASE3)                 \
                                   : BN_AT_LEVEL(f, a, __VA_ARGS__, BN_PACK_2BIT))

BN_INLINE float bn_bfloat_to_float(uint16_t bfloat) {
    uint32_t bits = (uint32_t)bfloat << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

// Constants of exp: x = n ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2^n exp(r), and a polynomial of
// degree 7 in r (coefficients 1/k!: the truncated term is below 2^-27 at |r| = 0.3466).
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

// The output head's greatest code, 16 * 7 + 7, and its activations' greatest, 256 * 127; below the
// floor, whose scale would overflow, a state counts as zero.
#define BN_HEAD_LEVELS 119.0f
#define BN_HEAD_RANGE 32512.0f
#define BN_HEAD_FLOOR 1e-30f

// The tables; each is NULL-free and complete.
extern const bn_kernels bn_kernels_scalar;
extern const bn_training_kernels bn_training_scalar;
#if defined(__x86_64__)
extern const bn_kernels bn_kernels_avx2;
extern const bn_kernels bn_kernels_avxvnni;
extern const bn_kernels bn_kernels_avx512vnni;
extern const bn_kernels bn_kernels_avx512vbmi;
#elif defined(__aarch64__)
extern const bn_kernels bn_kernels_neon;
extern const bn_kernels bn_kernels_neon_dotprod;
extern const bn_kernels bn_kernels_neon_i8mm;
#endif

#endif
