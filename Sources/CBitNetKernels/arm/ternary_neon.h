// What the ternary kernels of the Arm tables are made of: widening multiply-adds of every 64-bit
// Arm CPU, or sdot where the including file defines BN_DOT.
#ifndef BITNET_TERNARY_NEON_H
#define BITNET_TERNARY_NEON_H

#include "../shared/base3.h"

#define BN_VECTOR 16 // bytes of a register
#define BN_ROWS 4    // rows whose sums fill a register

typedef int8x16_t byte_vector;
typedef int32_t word_vector __attribute__((vector_size(BN_VECTOR)));
typedef float float_vector __attribute__((vector_size(BN_VECTOR)));

BN_INLINE byte_vector load_bytes(const void *p) { return vld1q_s8(p); }
BN_INLINE void store_bytes(void *p, byte_vector v) { vst1q_s8(p, v); }

BN_INLINE byte_vector shift_right(byte_vector v, int count) {
    return (byte_vector)((uint8x16_t)v >> (uint8_t)count);
}

// Field f of packed codes, f odd, and four times field f, f even: two fields of each half byte need
// no shift.
BN_INLINE void scaled_fields(byte_vector packed, byte_vector out[4]) {
    byte_vector one = vdupq_n_s8(3), four = vdupq_n_s8(12), high = shift_right(packed, 4);
    out[0] = vandq_s8(high, four);
    out[1] = vandq_s8(high, one);
    out[2] = vandq_s8(packed, four);
    out[3] = vandq_s8(packed, one);
}

// The four fields of packed codes.
BN_INLINE void plain_fields(byte_vector packed, byte_vector out[4]) {
    byte_vector mask = vdupq_n_s8(3);
    out[0] = shift_right(packed, 6);
    out[1] = vandq_s8(shift_right(packed, 4), mask);
    out[2] = vandq_s8(shift_right(packed, 2), mask);
    out[3] = vandq_s8(packed, mask);
}

// The nibbles of packed bytes, bits 7-4 first.
BN_INLINE void nibbles(byte_vector packed, byte_vector out[2]) {
    out[0] = shift_right(packed, 4);
    out[1] = vandq_s8(packed, vdupq_n_s8(15));
}

// x mod 81: a subtraction that would wrap gives more than x.
BN_INLINE byte_vector modulo_81(byte_vector x) {
    uint8x16_t v = (uint8x16_t)x, step = vdupq_n_u8(81);
    v = vminq_u8(v, vsubq_u8(v, step));
    return (byte_vector)vminq_u8(v, vsubq_u8(v, step));
}

// c0 + 3 c1 + 9 c2 + 27 c3 to the byte of a line. Places outside a table leave what was there.
BN_INLINE byte_vector four_codes(byte_vector z) {
    uint8x16_t place = (uint8x16_t)z;
    uint8x16x4_t first = vld1q_u8_x4(bn_base3_codes);
    uint8x16x2_t second = vld1q_u8_x2(bn_base3_codes + 64);
    uint8x16_t codes = vqtbl4q_u8(first, place);
    return (byte_vector)vqtbx2q_u8(codes, second, vsubq_u8(place, vdupq_n_u8(64)));
}

// The highest digit of x, z = x mod 81, in bits 7 and 6 (81 is 01 010001 in binary, 162 10 100010),
// in front of up to three others, which move down.
BN_INLINE byte_vector push_digit(byte_vector digits, byte_vector x, byte_vector z) {
    byte_vector digit = vandq_s8(vsubq_s8(x, z), vdupq_n_s8(-64));
    return vorrq_s8(shift_right(digits, 2), digit);
}

#include "../shared/base3_lines.h"

#ifdef BN_DOT

#define BN_TILE_WIDTH 6 // tokens x 4 registers of rows are 24 of 32 registers

// sdot: a 32-bit lane takes the products of its four bytes; no sum of a kernel overflows it.
typedef int32x4_t partial_sum;

BN_INLINE partial_sum no_sum(void) { return vdupq_n_s32(0); }
BN_INLINE partial_sum multiply_add(partial_sum sum, byte_vector codes, byte_vector x) {
    return vdotq_s32(sum, codes, x);
}
BN_INLINE partial_sum add_partial(partial_sum a, partial_sum b) { return vaddq_s32(a, b); }
BN_INLINE partial_sum quarter(partial_sum sum) { return vshrq_n_s32(sum, 2); }
BN_INLINE word_vector widen(partial_sum sum) { return (word_vector)sum; }

#else

#define BN_TILE_WIDTH 3 // tokens x 4 registers of rows x 2 are 24 of 32 registers

// smlal: a 16-bit lane takes one byte's product, two registers have those of sixteen bytes. A step
// adds half as much as vpmaddubsw does: at most 254 for codes, 1,016 for codes times four, 1,920
// for nibbles. A line takes twice as many steps of 16 bytes, so that the kernels' bounds hold.
typedef struct {
    int16x8_t low, high;
} partial_sum;

BN_INLINE partial_sum no_sum(void) { return (partial_sum){vdupq_n_s16(0), vdupq_n_s16(0)}; }
BN_INLINE partial_sum multiply_add(partial_sum sum, byte_vector codes, byte_vector x) {
    return (partial_sum){vmlal_s8(sum.low, vget_low_s8(codes), vget_low_s8(x)),
                         vmlal_high_s8(sum.high, codes, x)};
}
BN_INLINE partial_sum add_partial(partial_sum a, partial_sum b) {
    return (partial_sum){vaddq_s16(a.low, b.low), vaddq_s16(a.high, b.high)};
}
BN_INLINE partial_sum quarter(partial_sum sum) {
    return (partial_sum){vshrq_n_s16(sum.low, 2), vshrq_n_s16(sum.high, 2)};
}
BN_INLINE word_vector widen(partial_sum sum) {
    return (word_vector)vpaddq_s32(vpaddlq_s16(sum.low), vpaddlq_s16(sum.high));
}

#endif

// Four activations in every 32-bit lane.
BN_INLINE byte_vector broadcast(const int8_t *codes) {
    int32_t word;
    memcpy(&word, codes, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

// Words of up to BN_TILE_WIDTH tokens: loaded four at a time, taken from their lanes.
typedef struct {
    word_vector fours[2];
} token_words;

BN_INLINE token_words load_tokens(const int8_t *x, size_t tokens) {
    token_words words = {{{0}, {0}}};
    memcpy(words.fours, x, 4 * tokens);
    return words;
}

BN_INLINE byte_vector token_word(const token_words *words, size_t i) {
    int32_t word = words->fours[i / 4][i % 4];
    byte_vector x = (byte_vector)(word_vector){word, word, word, word};
#ifndef BN_DOT
    __asm__("" : "+w"(x)); // else clang sees equal halves and extracts those of the codes instead
#endif
    return x;
}

// Element i of the result is the sum of v[i]'s elements.
BN_INLINE word_vector sum_each(const word_vector v[BN_ROWS]) {
    int32x4_t a = vpaddq_s32((int32x4_t)v[0], (int32x4_t)v[1]);
    int32x4_t b = vpaddq_s32((int32x4_t)v[2], (int32x4_t)v[3]);
    return (word_vector)vpaddq_s32(a, b);
}

// 16 bytes of a line of 4 rows to 4 registers: word w of row r becomes word r of out[w].
BN_INLINE void turn(const uint8_t *const rows[BN_ROWS], line_place place, size_t byte,
                    bn_ternary_packing packing, byte_vector out[BN_ROWS]) {
    int32x4_t v[4];
#pragma unroll
    for (int i = 0; i < 4; i++)
        v[i] = (int32x4_t)load_piece(rows[i], place, byte, packing);
    int64x2_t a = (int64x2_t)vtrn1q_s32(v[0], v[1]), b = (int64x2_t)vtrn2q_s32(v[0], v[1]);
    int64x2_t c = (int64x2_t)vtrn1q_s32(v[2], v[3]), d = (int64x2_t)vtrn2q_s32(v[2], v[3]);
    out[0] = (byte_vector)vtrn1q_s64(a, c);
    out[1] = (byte_vector)vtrn1q_s64(b, d);
    out[2] = (byte_vector)vtrn2q_s64(a, c);
    out[3] = (byte_vector)vtrn2q_s64(b, d);
}

// 16 bytes of four columns, quarters 2 p and 2 p + 1 of the line: four columns of one output become
// one 32-bit lane (see bitnet_ternary.h).
BN_INLINE void interleave(const uint8_t *const columns[4], line_place place, size_t byte,
                          bn_ternary_packing packing, int p, byte_vector out[2]) {
    int8x16_t a = load_piece(columns[0], place, byte, packing);
    int8x16_t b = load_piece(columns[1], place, byte, packing);
    int8x16_t c = load_piece(columns[2], place, byte, packing);
    int8x16_t d = load_piece(columns[3], place, byte, packing);
    int16x8_t ab = (int16x8_t)(p ? vzip2q_s8(a, b) : vzip1q_s8(a, b));
    int16x8_t cd = (int16x8_t)(p ? vzip2q_s8(c, d) : vzip1q_s8(c, d));
    out[0] = (byte_vector)vzip1q_s16(ab, cd);
    out[1] = (byte_vector)vzip2q_s16(ab, cd);
}

#endif
