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

// One step of the sums of many vectors: of two vectors' halves (or quarters, pairs, elements), the
// first of x beside the second of y plus the second of x beside the first of y. Additions commute,
// so that both get their own sum, at the price of one blend and one shuffle.
#define BN_FOLD_8(x, y)                                                                            \
    (__builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31) +       \
     __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
#define BN_FOLD_4(x, y)                                                                            \
    (__builtin_shufflevector(x, y, 0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31) +     \
     __builtin_shufflevector(x, y, 4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 24, 25, 26, 27))
#define BN_FOLD_2(x, y)                                                                            \
    (__builtin_shufflevector(x, y, 0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31) +     \
     __builtin_shufflevector(x, y, 2, 3, 16, 17, 6, 7, 20, 21, 10, 11, 24, 25, 14, 15, 28, 29))
#define BN_FOLD_1(x, y)                                                                            \
    (__builtin_shufflevector(x, y, 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31) +    \
     __builtin_shufflevector(x, y, 1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30))

// The sums of 16 vectors, each in lanes_sum's order: element i of the result is sum(v[i]).
BN_INLINE lanes lanes_sum_each(const lanes v[16]) {
    lanes a[8], b[4], c[2];
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

BN_INLINE float lanes_largest(lanes v) {
    float values[BN_LANES];
    lanes_store(values, v);
    float largest = values[0];
    for (int i = 1; i < BN_LANES; i++)
        if (values[i] > largest) largest = values[i];
    return largest;
}

// exp(r) of |r| <= ln 2 / 2.
BN_INLINE lanes lanes_exp_polynomial(lanes r) {
    lanes p = lanes_fill(BN_EXP_C7);
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C6));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C5));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C4));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C3));
    p = lanes_fma(p, r, lanes_fill(BN_EXP_C2));
    p = lanes_fma(p, r, lanes_fill(1));
    return lanes_fma(p, r, lanes_fill(1));
}

// exp lane by lane: the steps of bn_exp_scalar.
BN_INLINE lanes lanes_exp(lanes x) {
    lanes low = lanes_fill(BN_EXP_MIN), high = lanes_fill(BN_EXP_MAX);
    int_lanes below = x<low, above = x> high;
    lanes inside = lanes_select(below | above | (x != x), lanes_fill(0), x);
    lanes n = lanes_round(inside * lanes_fill(BN_EXP_LOG2E));
    lanes r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_HIGH), inside);
    r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_LOW), r);
    lanes p = lanes_exp_polynomial(r);
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

// The same for x <= 0 (or NaN) in fewer steps: 2^n is at least 2^-126 there, so that one
// multiplication rounds as the two do.
BN_INLINE lanes lanes_exp_negative(lanes x) {
    int_lanes below = x < lanes_fill(BN_EXP_MIN);
    lanes inside = lanes_select(below | (x != x), lanes_fill(0), x);
    lanes n = lanes_round(inside * lanes_fill(BN_EXP_LOG2E));
    lanes r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_HIGH), inside);
    r = lanes_fma(n, lanes_fill(-BN_EXP_LN2_LOW), r);
    int_lanes bits = (__builtin_convertvector(n, int_lanes) + 127) << 23;
    lanes power;
    memcpy(&power, &bits, sizeof power);
    lanes result = lanes_select(below, lanes_fill(0), lanes_exp_polynomial(r) * power);
    return lanes_select(x != x, x, result);
}

#endif
