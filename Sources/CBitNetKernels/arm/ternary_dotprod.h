// Ternary products by sdot: each 32-bit lane takes one row's four columns, in the order that the
// layout stores them. |sum| < 2^31 as in bitnet_kernels.h.
#ifndef BITNET_TERNARY_DOTPROD_H
#define BITNET_TERNARY_DOTPROD_H

#include "neon.h"

// Four words of a row group against one token's activations: x[f] has their 16 columns of field f.
#define BN_ADD_WORD(sums, group, x, word)                                                          \
    for (size_t p = 0; p < 4; p++) {                                                               \
        uint8x16_t packed = vld1q_u8((group) + 64 * (word) + 16 * p);                              \
        sums[p] = vdotq_laneq_s32(sums[p], field(packed, 0), (x)[0], word);                        \
        sums[p] = vdotq_laneq_s32(sums[p], field(packed, 1), (x)[1], word);                        \
        sums[p] = vdotq_laneq_s32(sums[p], field(packed, 2), (x)[2], word);                        \
        sums[p] = vdotq_laneq_s32(sums[p], field(packed, 3), (x)[3], word);                        \
    }

// One row group and one token.
static void matvec_group(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row,
                         size_t t) {
    const int8_t *codes = a->codes + t * a->columns;
    int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    for (size_t k = 0; k < a->columns; k += BN_TERNARY_COLUMNS) {
        for (size_t half = 0; half < 2; half++, group += 256) {
            const int8_t *column = codes + k + 16 * half;
            int8x16_t x[4] = {vld1q_s8(column), vld1q_s8(column + 32), vld1q_s8(column + 64),
                              vld1q_s8(column + 96)};
            BN_ADD_WORD(sums, group, x, 0)
            BN_ADD_WORD(sums, group, x, 1)
            BN_ADD_WORD(sums, group, x, 2)
            BN_ADD_WORD(sums, group, x, 3)
        }
    }
#pragma unroll
    for (size_t p = 0; p < 4; p++)
        store_rows(a, sums[p], row + 4 * p, t);
}

#endif
