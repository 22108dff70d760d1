// What the three Arm tables share: float16 conversion, the float kernels, the integer kernels and
// the bandwidth's probe. Include after the target attribute is pushed and what sets the tables
// apart is defined: BN_DOT for sdot, BN_TILE_FILE for another register tile than
// shared/ternary_tile.inc.
#ifndef BITNET_NEON_H
#define BITNET_NEON_H

#include "../shared/code_lanes.h"
#include "../shared/lanes.h"

BN_INLINE lanes load_half(const void *p) {
    uint16x8_t halves[2];
    memcpy(halves, p, sizeof halves);
    float16x8_t low = vreinterpretq_f16_u16(halves[0]), high = vreinterpretq_f16_u16(halves[1]);
    float32x4_t floats[4] = {vcvt_f32_f16(vget_low_f16(low)), vcvt_high_f32_f16(low),
                             vcvt_f32_f16(vget_low_f16(high)), vcvt_high_f32_f16(high)};
    lanes v;
    memcpy(&v, floats, sizeof v);
    return v;
}

BN_INLINE void store_half(void *p, lanes v) {
    float32x4_t floats[4];
    memcpy(floats, &v, sizeof v);
    float16x8_t halves[2] = {vcvt_high_f16_f32(vcvt_f16_f32(floats[0]), floats[1]),
                             vcvt_high_f16_f32(vcvt_f16_f32(floats[2]), floats[3])};
    memcpy(p, halves, sizeof halves);
}

#define BN_LOAD_HALF(p) load_half(p)
#define BN_STORE_HALF(p, v) store_half(p, v)
#define BN_LIVE_SUMS 4 // a vector takes four of 32 registers
#define BN_DENSE_SLICE 4
#define BN_DENSE_TILE_ROWS 4

BN_INLINE int_lanes add_pairs(int_lanes sums, short_lanes a, short_lanes b) {
    int32x4_t s[4];
    int16x8_t x[4], y[4];
    memcpy(s, &sums, sizeof s);
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int32x4_t low = vmull_s16(vget_low_s16(x[i]), vget_low_s16(y[i]));
        s[i] = vaddq_s32(s[i], vpaddq_s32(low, vmull_high_s16(x[i], y[i])));
    }
    memcpy(&sums, s, sizeof s);
    return sums;
}

BN_INLINE int_lanes add_products(int_lanes sums, short_lanes a, short_lanes b) {
    int32x4_t s[4];
    int16x8_t x[4], y[4];
    memcpy(s, &sums, sizeof s);
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        s[i] = vmlal_s16(s[i], vget_low_s16(x[i]), vget_low_s16(y[i]));
        s[i] = vmlal_high_s16(s[i], x[i], y[i]);
    }
    memcpy(&sums, s, sizeof s);
    return sums;
}

#include "../shared/float_kernels.inc"
#include "../shared/training_kernels.inc"

#include "../shared/head_kernels.inc"

#include "ternary_neon.h"

#ifndef BN_TILE_FILE
#define BN_TILE_FILE "ternary_tile.inc"
#endif
#include "../shared/ternary_kernels.inc"

static uint64_t read_stream(const void *memory, size_t bytes) {
    const uint8_t *p = memory;
    uint64x2_t s[4] = {vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)};
    for (size_t i = 0; i + 64 <= bytes; i += 64)
        for (size_t j = 0; j < 4; j++)
            s[j] = veorq_u64(s[j], vreinterpretq_u64_u8(vld1q_u8(p + i + 16 * j)));
    uint64x2_t all = veorq_u64(veorq_u64(s[0], s[1]), veorq_u64(s[2], s[3]));
    return vgetq_lane_u64(all, 0) ^ vgetq_lane_u64(all, 1);
}

#endif
