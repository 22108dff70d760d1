// NEON with the dot product instructions of Armv8.2: ternary products by sdot.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define BN_DOT
#include "neon.h"

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
