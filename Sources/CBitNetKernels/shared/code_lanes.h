// Integers beside lanes.h: 16-bit pairs, and sums of 32 bits. Sums are exact, so any order will do.
// Every ISA defines, before float_kernels.inc:
//   add_pairs:    sums[i] + a[2 i] b[2 i] + a[2 i + 1] b[2 i + 1]
//   add_products: sums with the 32 products added to them in any arrangement
#ifndef BITNET_CODE_LANES_H
#define BITNET_CODE_LANES_H

#include "lanes.h"

typedef int16_t short_lanes __attribute__((vector_size(64)));
typedef int8_t code_lanes __attribute__((vector_size(32)));

BN_INLINE int_lanes int_lanes_load(const void *p) {
    int_lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

BN_INLINE void int_lanes_store(void *p, int_lanes v) { memcpy(p, &v, sizeof v); }

BN_INLINE lanes int_lanes_to_float(int_lanes v) { return __builtin_convertvector(v, lanes); }

BN_INLINE short_lanes short_lanes_load(const int16_t *p) {
    short_lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

// Two 16-bit values in every 32-bit lane.
BN_INLINE short_lanes short_lanes_fill_pair(const int16_t *p) {
    int32_t x;
    memcpy(&x, p, 4);
    int_lanes v = {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
    return (short_lanes)v;
}

BN_INLINE code_lanes code_lanes_load(const int8_t *p) {
    code_lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

BN_INLINE short_lanes code_lanes_widen(code_lanes v) {
    return __builtin_convertvector(v, short_lanes);
}

// Pairs (x[c], y[c]) of columns 0-7, 16-23 (low) and 8-15, 24-31 (high): unpacking within 128 bits.
BN_INLINE short_lanes code_lanes_zip_low(code_lanes x, code_lanes y) {
    return code_lanes_widen(__builtin_shufflevector(x, y, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37,
                                                    6, 38, 7, 39, 16, 48, 17, 49, 18, 50, 19, 51,
                                                    20, 52, 21, 53, 22, 54, 23, 55));
}

BN_INLINE short_lanes code_lanes_zip_high(code_lanes x, code_lanes y) {
    return code_lanes_widen(__builtin_shufflevector(x, y, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13,
                                                    45, 14, 46, 15, 47, 24, 56, 25, 57, 26, 58, 27,
                                                    59, 28, 60, 29, 61, 30, 62, 31, 63));
}

// Columns 0-15 and 16-31 of sums over such pairs.
BN_INLINE void int_lanes_unzip(int_lanes low, int_lanes high, int_lanes *first, int_lanes *second) {
    *first =
        __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    *second = __builtin_shufflevector(low, high, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28,
                                      29, 30, 31);
}

// Element i of the result is the sum of v[i]'s elements.
BN_INLINE int_lanes int_lanes_sum_each(const int_lanes v[16]) {
    int_lanes a[8], b[4], c[2];
#pragma unroll
    for (int i = 0; i < 8; i++)
        a[i] = BN_FOLD_8(v[i], v[i + 8]);
#pragma unroll
    for (int i = 0; i < 4; i++)
        b[i] = BN_FOLD_4(a[i], a[i + 4]);
#pragma unroll
    for (int i = 0; i < 2; i++)
        c[i] = BN_FOLD_2(b[i], b[i + 2]);
    return BN_FOLD_1(c[0], c[1]);
}

#endif
