// NEON with the dot product instructions of Armv8.2: ternary products by sdot.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "ternary_dotprod.h"

// One row group and four tokens: each unpacked register meets four broadcast words.
static void tile(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row, size_t t) {
    const int8_t *codes = a->codes + t * a->columns;
    int32x4_t sums[4][4];
    memset(sums, 0, sizeof sums);
    for (size_t word = 0; word < a->columns / 16; word++) {
        const int8_t *column = codes + word / 8 * BN_TERNARY_COLUMNS + word % 8 * 4;
#pragma unroll
        for (int f = 0; f < 4; f++) {
            int8x16_t x[4];
#pragma unroll
            for (size_t i = 0; i < 4; i++)
                x[i] = broadcast(column + i * a->columns + 32 * (size_t)f);
#pragma unroll
            for (size_t p = 0; p < 4; p++) {
                int8x16_t w = field(vld1q_u8(group + 64 * word + 16 * p), f);
#pragma unroll
                for (size_t i = 0; i < 4; i++)
                    sums[i][p] = vdotq_s32(sums[i][p], w, x[i]);
            }
        }
    }
#pragma unroll
    for (size_t i = 0; i < 4; i++) {
#pragma unroll
        for (size_t p = 0; p < 4; p++)
            store_rows(a, sums[i][p], row + 4 * p, t + i);
    }
}

static void ternary_matmul(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    for (size_t row = 0; row < a->rows; row += BN_TERNARY_ROWS) {
        const uint8_t *group = a->weights + row / BN_TERNARY_ROWS * group_bytes;
        size_t t = 0;
        for (; t + 4 <= a->tokens; t += 4)
            tile(a, group, row, t);
        for (; t < a->tokens; t++)
            matvec_group(a, group, row, t);
    }
}

static uint64_t multiply_add_peak(size_t iterations) {
    volatile int32_t sink = 3;
    int8x16_t a = vdupq_n_s8((int8_t)sink), b = a;
    int32x4_t sums[16];
#pragma unroll
    for (int i = 0; i < 16; i++)
        sums[i] = vdupq_n_s32(0);
    for (size_t n = 0; n < iterations; n++) {
#pragma unroll
        for (int i = 0; i < 16; i++)
            sums[i] = vdotq_s32(sums[i], a, b);
        __asm__ volatile("" : "+w"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 16; i++)
        sums[0] = veorq_s32(sums[0], sums[i]);
    sink = vaddvq_s32(sums[0]);
    return 16 * 16 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_neon_dotprod = {
    .name = "neon-dotprod",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
