// What the three Arm tables share: float16 conversion, the float kernels, unpacking, results and
// probes. Include after the target attribute is pushed; each table adds its ternary product.
#ifndef BITNET_NEON_H
#define BITNET_NEON_H

#include "../shared/lanes.h"
#include "../shared/code_lanes.h"

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

// Codes of field `f` (columns 32 f and up of a block) of 16 packed bytes. The shift is an
// instruction's immediate, so that `f` must be a constant after unrolling.
BN_INLINE int8x16_t field(uint8x16_t packed, int f) {
    uint8x16_t three = vdupq_n_u8(3);
    switch (f) {
    case 0: return vreinterpretq_s8_u8(vshrq_n_u8(packed, 6));
    case 1: return vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(packed, 4), three));
    case 2: return vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(packed, 2), three));
    default: return vreinterpretq_s8_u8(vandq_u8(packed, three));
    }
}

// Four activations in every 32-bit lane.
BN_INLINE int8x16_t broadcast(const int8_t *codes) {
    int32_t word;
    memcpy(&word, codes, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

// Writes rows row .. row + 3 of token t from their sums of codes times activations.
BN_INLINE void store_rows(const bn_ternary_matmul_arguments *a, int32x4_t sum, size_t row,
                          size_t t) {
    if (row >= a->rows) return;
    float32x4_t value = vcvtq_f32_s32(vsubq_s32(sum, vdupq_n_s32(a->sums[t])));
    value = vmulq_f32(value, vdupq_n_f32(a->factors[t]));
    float *out = a->out + t * a->out_stride + row;
    if (a->rows - row >= 4) {
        vst1q_f32(out, a->accumulate ? vaddq_f32(vld1q_f32(out), value) : value);
        return;
    }
    float values[4];
    vst1q_f32(values, value);
    for (size_t i = 0; i < a->rows - row; i++)
        out[i] = a->accumulate ? out[i] + values[i] : values[i];
}

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
