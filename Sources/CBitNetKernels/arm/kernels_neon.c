// NEON of every 64-bit Arm CPU: ternary products by widening multiply-adds into 16 bits.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#include "neon.h"

// A 16-bit lane takes one product |2 * 127| = 254 for each of a block's 32 words and fields.
// Four blocks stay below 2^15: 128 * 254 = 32,512.
#define BN_NARROW_BLOCKS 4

// Adds the products of four rows' codes and a word of activations; two 16-bit lanes hold one row's.
BN_INLINE void multiply_add(int16x8_t narrow[2], int8x16_t codes, int8x16_t x) {
    narrow[0] = vmlal_s8(narrow[0], vget_low_s8(codes), vget_low_s8(x));
    narrow[1] = vmlal_high_s8(narrow[1], codes, x);
}

BN_INLINE int32x4_t widen(int32x4_t sum, const int16x8_t narrow[2]) {
    return vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(narrow[0]), vpaddlq_s16(narrow[1])));
}

// Half a row group (8 rows) and `tokens` tokens, one or two.
BN_INLINE void tile(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row,
                    size_t t, size_t tokens) {
    const int8_t *codes = a->codes + t * a->columns;
    int32x4_t sums[2][2] = {{vdupq_n_s32(0), vdupq_n_s32(0)}, {vdupq_n_s32(0), vdupq_n_s32(0)}};
    for (size_t k = 0; k < a->columns;) {
        size_t end = bn_min(a->columns, k + BN_NARROW_BLOCKS * BN_TERNARY_COLUMNS);
        int16x8_t narrow[2][2][2];
        memset(narrow, 0, sizeof narrow);
        for (; k < end; k += BN_TERNARY_COLUMNS) {
            for (size_t word = 0; word < 8; word++, group += 64) {
                uint8x16_t packed[2] = {vld1q_u8(group), vld1q_u8(group + 16)};
#pragma unroll
                for (int f = 0; f < 4; f++) {
                    int8x16_t w[2] = {field(packed[0], f), field(packed[1], f)};
#pragma unroll
                    for (size_t i = 0; i < tokens; i++) {
                        int8x16_t x =
                            broadcast(codes + i * a->columns + k + 4 * word + 32 * (size_t)f);
                        multiply_add(narrow[i][0], w[0], x);
                        multiply_add(narrow[i][1], w[1], x);
                    }
                }
            }
        }
#pragma unroll
        for (size_t i = 0; i < tokens; i++) {
            sums[i][0] = widen(sums[i][0], narrow[i][0]);
            sums[i][1] = widen(sums[i][1], narrow[i][1]);
        }
    }
    for (size_t i = 0; i < tokens; i++) {
        store_rows(a, sums[i][0], row, t + i);
        store_rows(a, sums[i][1], row + 4, t + i);
    }
}

static void ternary_matmul(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    for (size_t row = 0; row < a->rows; row += 8) {
        const uint8_t *group =
            a->weights + row / BN_TERNARY_ROWS * group_bytes + row % BN_TERNARY_ROWS * 4;
        size_t t = 0;
        for (; t + 2 <= a->tokens; t += 2)
            tile(a, group, row, t, 2);
        if (t < a->tokens) tile(a, group, row, t, 1);
    }
}

static uint64_t multiply_add_peak(size_t iterations) {
    volatile int32_t sink = 3;
    int8x16_t a = vdupq_n_s8((int8_t)sink), b = a;
    int16x8_t sums[16];
#pragma unroll
    for (int i = 0; i < 16; i++)
        sums[i] = vdupq_n_s16(0);
    for (size_t n = 0; n < iterations; n++) {
#pragma unroll
        for (int i = 0; i < 16; i++)
            sums[i] = vmlal_high_s8(sums[i], a, b);
        __asm__ volatile("" : "+w"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 16; i++)
        sums[0] = veorq_s16(sums[0], sums[i]);
    sink = vaddlvq_s16(sums[0]);
    return 16 * 8 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_neon = {
    .name = "neon",
#include "../shared/table_entries.inc"
};

#endif
