// NEON of every 64-bit Arm CPU: ternary products by widening multiply-adds into 16 bits.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#include "neon.h"

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
