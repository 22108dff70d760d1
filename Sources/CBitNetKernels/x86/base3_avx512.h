// Lines in base 3 (bitnet_ternary.h) in registers of 64 bytes; by vpermi2b where the including file
// defines BN_VBMI. Include after the target attribute is pushed.
#ifndef BITNET_BASE3_AVX512_H
#define BITNET_BASE3_AVX512_H

#include "../shared/base3.h"

// x mod 81: a subtraction that would wrap gives more than x.
BN_INLINE __m512i modulo_81(__m512i x) {
    __m512i step = _mm512_set1_epi8(81);
    x = _mm512_min_epu8(x, _mm512_sub_epi8(x, step));
    return _mm512_min_epu8(x, _mm512_sub_epi8(x, step));
}

// c0 + 3 c1 + 9 c2 + 27 c3 to the byte of a line.
BN_INLINE __m512i four_codes(__m512i z) {
#ifdef BN_VBMI
    return _mm512_permutex2var_epi8(_mm512_load_si512(bn_base3_codes), z,
                                    _mm512_load_si512(bn_base3_codes + 64));
#else
    // q = z / 9 of odd and even bytes: 7282 = ceil(2^16 / 9), exact for z <= 80. Nine codes each.
    __m512i even = _mm512_set1_epi16(0xFF), ninth = _mm512_set1_epi16(7282);
    __m512i high = _mm512_andnot_si512(even, _mm512_mulhi_epu16(z, ninth));
    __m512i q = _mm512_or_si512(high, _mm512_mulhi_epu16(_mm512_and_si512(z, even), ninth));
    __m512i r = _mm512_sub_epi8(z, _mm512_mullo_epi16(q, _mm512_set1_epi16(9)));
    __m512i first = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)bn_base3_first_pair));
    __m512i second = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)bn_base3_second_pair));
    return _mm512_or_si512(_mm512_shuffle_epi8(first, r), _mm512_shuffle_epi8(second, q));
#endif
}

// The highest digit of x, z = x mod 81, in bits 7 and 6 (81 is 01 010001 in binary, 162 10 100010),
// in front of up to three others, which move down.
BN_INLINE __m512i push_digit(__m512i digits, __m512i x, __m512i z) {
    __m512i digit = _mm512_and_si512(_mm512_sub_epi8(x, z), _mm512_set1_epi8(-64));
    return _mm512_or_si512(_mm512_srli_epi16(digits, 2), digit);
}

// A group's last line, from the highest digits of the four stored ones.
BN_INLINE __m512i fifth_line(const uint8_t *group) {
    __m512i line = _mm512_setzero_si512();
#pragma unroll
    for (size_t i = 0; i < BN_GROUP_STORED; i++) {
        __m512i x = _mm512_load_si512(group + BN_LINE_BYTES * i);
        line = push_digit(line, x, modulo_81(x));
    }
    return line;
}

// All `count` lines of a group, two bits a code.
BN_INLINE void unpack_group(const uint8_t *group, size_t count, uint8_t *lines) {
    __m512i fifth = _mm512_setzero_si512();
    for (size_t i = 0; i < bn_min(count, BN_GROUP_STORED); i++) {
        __m512i x = _mm512_load_si512(group + BN_LINE_BYTES * i), z = modulo_81(x);
        fifth = push_digit(fifth, x, z);
        _mm512_store_si512(lines + BN_LINE_BYTES * i, four_codes(z));
    }
    if (count == BN_GROUP_LINES) _mm512_store_si512(lines + BN_GROUP_STORED * BN_LINE_BYTES, fifth);
}

// A line of the row or column at `p`, two bits a code.
BN_INLINE __m512i load_line(const uint8_t *p, line_place place, bn_ternary_packing packing) {
    p += place.offset;
    if (packing == BN_PACK_2BIT) return _mm512_load_si512(p);
    if (place.index == BN_GROUP_STORED) return fifth_line(p);
    return four_codes(modulo_81(_mm512_load_si512(p + BN_LINE_BYTES * place.index)));
}

#endif
