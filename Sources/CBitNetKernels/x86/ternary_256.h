// What the ternary kernels of 256-bit registers are made of: AVX2, and AVX-VNNI where the including
// file defines BN_VNNI. Include after the target attribute is pushed.
#ifndef BITNET_TERNARY_256_H
#define BITNET_TERNARY_256_H

#include "../shared/base3.h"

#define BN_VECTOR 32    // bytes of a register
#define BN_ROWS 8       // rows whose sums fill a register
#define BN_TILE_WIDTH 6 // tokens x 2 registers of rows are 12 of 16 registers

typedef __m256i byte_vector;
typedef __m256i partial_sum;
typedef int32_t word_vector __attribute__((vector_size(BN_VECTOR)));
typedef float float_vector __attribute__((vector_size(BN_VECTOR)));

BN_INLINE byte_vector load_bytes(const void *p) { return _mm256_loadu_si256(p); }
BN_INLINE void store_bytes(void *p, byte_vector v) { _mm256_storeu_si256(p, v); }

// Field f of packed codes, f odd, and four times field f, f even: two fields of each half byte need
// no shift.
BN_INLINE void scaled_fields(byte_vector packed, byte_vector out[4]) {
    __m256i one = _mm256_set1_epi8(3), four = _mm256_set1_epi8(12);
    __m256i high = _mm256_srli_epi16(packed, 4);
    out[0] = _mm256_and_si256(high, four);
    out[1] = _mm256_and_si256(high, one);
    out[2] = _mm256_and_si256(packed, four);
    out[3] = _mm256_and_si256(packed, one);
}

// The four fields of packed codes.
BN_INLINE void plain_fields(byte_vector packed, byte_vector out[4]) {
#pragma unroll
    for (int f = 0; f < 4; f++)
        out[f] = _mm256_and_si256(_mm256_srli_epi16(packed, 6 - 2 * f), _mm256_set1_epi8(3));
}

// The nibbles of packed bytes, bits 7-4 first.
BN_INLINE void nibbles(byte_vector packed, byte_vector out[2]) {
    __m256i mask = _mm256_set1_epi8(15);
    out[0] = _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask);
    out[1] = _mm256_and_si256(packed, mask);
}

// x mod 81: a subtraction that would wrap gives more than x.
BN_INLINE byte_vector modulo_81(byte_vector x) {
    __m256i step = _mm256_set1_epi8(81);
    x = _mm256_min_epu8(x, _mm256_sub_epi8(x, step));
    return _mm256_min_epu8(x, _mm256_sub_epi8(x, step));
}

// c0 + 3 c1 + 9 c2 + 27 c3 to the byte of a line: q = z / 9 of odd and even bytes (7282 is 2^16 / 9
// rounded up, exact for z <= 80), and nine pairs of codes each.
BN_INLINE byte_vector four_codes(byte_vector z) {
    __m256i even = _mm256_set1_epi16(0xFF), ninth = _mm256_set1_epi16(7282);
    __m256i high = _mm256_andnot_si256(even, _mm256_mulhi_epu16(z, ninth));
    __m256i q = _mm256_or_si256(high, _mm256_mulhi_epu16(_mm256_and_si256(z, even), ninth));
    __m256i r = _mm256_sub_epi8(z, _mm256_mullo_epi16(q, _mm256_set1_epi16(9)));
    __m256i first =
        _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)bn_base3_first_pair));
    __m256i second =
        _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)bn_base3_second_pair));
    return _mm256_or_si256(_mm256_shuffle_epi8(first, r), _mm256_shuffle_epi8(second, q));
}

// The highest digit of x, z = x mod 81, in bits 7 and 6 (81 is 01 010001 in binary, 162 10 100010),
// in front of up to three others, which move down.
BN_INLINE byte_vector push_digit(byte_vector digits, byte_vector x, byte_vector z) {
    __m256i digit = _mm256_and_si256(_mm256_sub_epi8(x, z), _mm256_set1_epi8(-64));
    return _mm256_or_si256(_mm256_srli_epi16(digits, 2), digit);
}

#include "../shared/base3_lines.h"

BN_INLINE partial_sum no_sum(void) { return _mm256_setzero_si256(); }

#ifdef BN_VNNI

// vpdpbusd: a 32-bit lane takes the products of its four bytes; no sum of a kernel overflows it.
BN_INLINE partial_sum multiply_add(partial_sum sum, byte_vector codes, byte_vector x) {
    return _mm256_dpbusd_avx_epi32(sum, codes, x);
}
BN_INLINE partial_sum add_partial(partial_sum a, partial_sum b) { return _mm256_add_epi32(a, b); }
BN_INLINE partial_sum quarter(partial_sum sum) { return _mm256_srai_epi32(sum, 2); }
BN_INLINE word_vector widen(partial_sum sum) { return (word_vector)sum; }

#else

// vpmaddubsw adds the products of two bytes into a 16-bit lane. A step adds at most 2 * 2 * 127 =
// 508 for codes, 2,032 for codes times four, 2 * 15 * 128 = 3,840 for nibbles; the kernels widen
// before 32,768 is reached: after 64, 16 and 8 steps.
BN_INLINE partial_sum multiply_add(partial_sum sum, byte_vector codes, byte_vector x) {
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(codes, x));
}
BN_INLINE partial_sum add_partial(partial_sum a, partial_sum b) { return _mm256_add_epi16(a, b); }
BN_INLINE partial_sum quarter(partial_sum sum) { return _mm256_srai_epi16(sum, 2); }
BN_INLINE word_vector widen(partial_sum sum) {
    return (word_vector)_mm256_madd_epi16(sum, _mm256_set1_epi16(1));
}

#endif

// Four activations in every 32-bit lane.
BN_INLINE byte_vector broadcast(const int8_t *codes) {
    int32_t word;
    memcpy(&word, codes, 4);
    return _mm256_set1_epi32(word);
}

// Words of `tokens` tokens: broadcast by the load, one by one.
typedef const int8_t *token_words;
BN_INLINE token_words load_tokens(const int8_t *x, size_t tokens) { return (void)tokens, x; }
BN_INLINE byte_vector token_word(const token_words *words, size_t i) {
    return broadcast(*words + 4 * i);
}

// Element i of the result is the sum of v[i]'s elements.
BN_INLINE word_vector sum_each(const word_vector v[BN_ROWS]) {
    __m256i a[4], b[2];
#pragma unroll
    for (int i = 0; i < 4; i++)
        a[i] = _mm256_hadd_epi32((__m256i)v[2 * i], (__m256i)v[2 * i + 1]);
#pragma unroll
    for (int i = 0; i < 2; i++) // in each 128 bits: the halves of four vectors
        b[i] = _mm256_hadd_epi32(a[2 * i], a[2 * i + 1]);
    return (word_vector)_mm256_add_epi32(_mm256_permute2x128_si256(b[0], b[1], 0x20),
                                         _mm256_permute2x128_si256(b[0], b[1], 0x31));
}

// 32 bytes of a line of 8 rows to 8 registers: word w of row r becomes word r of out[w].
BN_INLINE void turn(const uint8_t *const rows[BN_ROWS], line_place place, size_t byte,
                    bn_ternary_packing packing, byte_vector out[BN_ROWS]) {
    __m256i v[8], t[8];
#pragma unroll
    for (int i = 0; i < 4; i++) { // 128-bit halves of rows i and i + 4
        __m256i a = load_piece(rows[i], place, byte, packing);
        __m256i b = load_piece(rows[i + 4], place, byte, packing);
        v[i] = _mm256_permute2x128_si256(a, b, 0x20);
        v[i + 4] = _mm256_permute2x128_si256(a, b, 0x31);
    }
#pragma unroll
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        t[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
#pragma unroll
    for (int i = 0; i < 8; i += 4) {
        out[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
        out[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
        out[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
        out[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
}

// 32 bytes of four columns, quarters 2 p and 2 p + 1 of the line: four columns of one output become
// one 32-bit lane (see bitnet_ternary.h).
BN_INLINE void interleave(const uint8_t *const columns[4], line_place place, size_t byte,
                          bn_ternary_packing packing, int p, byte_vector out[2]) {
    __m256i a = load_piece(columns[0], place, byte, packing);
    __m256i b = load_piece(columns[1], place, byte, packing);
    __m256i c = load_piece(columns[2], place, byte, packing);
    __m256i d = load_piece(columns[3], place, byte, packing);
    __m256i ab = p ? _mm256_unpackhi_epi8(a, b) : _mm256_unpacklo_epi8(a, b);
    __m256i cd = p ? _mm256_unpackhi_epi8(c, d) : _mm256_unpacklo_epi8(c, d);
    out[0] = _mm256_unpacklo_epi16(ab, cd);
    out[1] = _mm256_unpackhi_epi16(ab, cd);
}

#endif
