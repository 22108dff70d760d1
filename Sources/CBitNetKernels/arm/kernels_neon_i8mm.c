// NEON with the int8 matrix instructions of Armv8.6: ternary products by smmla for five tokens and
// more, by sdot for fewer.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)

#define BN_DOT
#define BN_TILE_FILE "../arm/ternary_tile_i8mm.inc"
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
            sums[i] = vmmlaq_s32(sums[i], a, b);
        __asm__ volatile("" : "+w"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 16; i++)
        sums[0] = veorq_s32(sums[0], sums[i]);
    sink = vaddvq_s32(sums[0]);
    return 16 * 32 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_neon_i8mm = {
    .name = "neon-i8mm",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
