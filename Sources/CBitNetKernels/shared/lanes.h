// Sixteen float lanes as a compiler vector; the including file's target decides the registers.
// Include after the target attribute is pushed. BN_LOAD_HALF and BN_STORE_HALF come from the ISA.
#ifndef BITNET_LANES_H
#define BITNET_LANES_H

// Every function here is inlined, so no vector is ever passed in a way that an ABI would define.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64)));
typedef int32_t int_lanes __attribute__((vector_size(64)));
typedef int8_t byte_lanes __attribute__((vector_size(16)));
typedef uint8_t ubyte_lanes __attribute__((vector_size(16)));
typedef uint16_t half_lanes __attribute__((vector_size(32)));
typedef uint32_t uint_lanes __attribute__((vector_size(64)));

BN_INLINE lanes lanes_load(const float *p) {
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

BN_INLINE void lanes_store(float *p, lanes v) { memcpy(p, &v, sizeof v); }

// The first `count` < 16 values, zeros behind.
BN_INLINE lanes lanes_load_tail(const float *p, size_t count) {
    float values[BN_LANES] = {0};
    memcpy(values, p, count * sizeof *p);
    return lanes_load(values);
}

BN_INLINE void lanes_store_tail(float *p, lanes v, size_t count) {
    memcpy(p, &v, count * sizeof *p);
}

BN_INLINE lanes lanes_fill(float x) {
    return (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

BN_INLINE lanes lanes_fma(lanes a, lanes b, lanes c) { return __builtin_elementwise_fma(a, b, c); }

// Lane by lane: condition ? a : b, where a condition's lanes are all ones or all zeros.
BN_INLINE lanes lanes_select(int_lanes condition, lanes a, lanes b) {
    int_lanes x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & condition) | (y & ~condition);
    memcpy(&a, &x, sizeof a);
    return a;
}

BN_INLINE lanes lanes_absolute(lanes a) { return __builtin_elementwise_abs(a); }

BN_INLINE lanes lanes_round(lanes a) { return __builtin_elementwise_roundeven(a); }

// Pairwise: i + 8, + 4, + 2, + 1.
BN_INLINE float lanes_sum(lanes v) {
    typedef float eight __attribute__((vector_size(32)));
    typedef float four __attribute__((vector_size(16)));
    eight a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
              __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    four b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

// The sums of 16 vectors, each in lanes_sum's order: element i of the result is sum(v[i]).
BN_INLINE lanes lanes_sum_each(const lanes v[16]) {
    lanes a[8], b[4], c[2];
#pragma unroll
    for (int i = 0; i < 8; i++) { // 0-7 of v[i], then of v[i + 8]
        lanes x = v[i], y = v[i + 8];
        a[i] =
            __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                                    31);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) { // fours of v[i], v[i + 4], v[i + 8], v[i + 12]
        lanes x = a[i], y = a[i + 4];
        b[i] = __builtin_shufflevector(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26,
                                       27) +
               __builtin_shufflevector(x, y, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30,
                                       31);
    }
#pragma unroll
    for (int i = 0; i < 2; i++) { // pairs of v[i], v[i + 2], v[i + 4], ...
        lanes x = b[i], y = b[i + 2];
        c[i] = __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28,
                                       29) +
               __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                                       31);
    }
    return __builtin_shufflevector(c[0], c[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28,
                                   14, 30) +
           __builtin_shufflevector(c[0], c[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29,
                                   15, 31);
}

BN_INLINE float lanes_largest(lanes v) {
    float values[BN_LANES];
    lanes_store(values, v);
    float largest = values[0];
    for (int i = 1; i < BN_LANES; i++)
        if (values[i] > largest) largest = values[i];
    return largest;
}

// exp lane by lane: the steps of bn_exp_scalar.
BN_INLINE lanes lanes_exp(lanes x) {
    lanes low = lanes_fill(BN_EXP_MIN), high = lanes_fill(BN_EXP_MAX);
    int_lanes below = x<low, above = x> high;
    lanes inside = lanes_select(below | above | (x != x), lanes_fill(0), x);
    lanes n = lanes_round(inside * lanes_fill(BN_EXP_LOG2E));
    lanes r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_HIGH), inside);
    r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_LOW), r);
    lanes p = lanes_fill(BN_EXP_C7);
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C6));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C5));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C4));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C3));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C2));
    p = lanes_fma(p, r, lanes_fill(1));
    p = lanes_fma(p, r, lanes_fill(1));
    int_lanes whole = __builtin_convertvector(n, int_lanes);
    int_lanes first = whole / 2, second = whole - first;
    int_lanes bits[2] = {(first + 127) << 23, (second + 127) << 23};
    lanes powers[2];
    memcpy(powers, bits, sizeof powers);
    lanes result = p * powers[0] * powers[1];
    result = lanes_select(below, lanes_fill(0), result);
    result = lanes_select(above, lanes_fill(INFINITY), result);
    return lanes_select(x != x, x, result);
}

#endif
