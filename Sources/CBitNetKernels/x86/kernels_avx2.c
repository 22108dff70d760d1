// AVX2 with FMA and F16C: float kernels in two registers a vector, ternary products by maddubs.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../shared/lanes.h"
#include "../shared/code_lanes.h"

BN_INLINE lanes load_half(const void *p) {
    __m256 halves[2] = {_mm256_cvtph_ps(_mm_loadu_si128(p)),
                        _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p + 1))};
    lanes v;
    memcpy(&v, halves, sizeof v);
    return v;
}

BN_INLINE void store_half(void *p, lanes v) {
    __m256 halves[2];
    memcpy(halves, &v, sizeof v);
    _mm_storeu_si128(p, _mm256_cvtps_ph(halves[0], _MM_FROUND_TO_NEAREST_INT));
    _mm_storeu_si128((__m128i *)p + 1, _mm256_cvtps_ph(halves[1], _MM_FROUND_TO_NEAREST_INT));
}

#define BN_LOAD_HALF(p) load_half(p)
#define BN_STORE_HALF(p, v) store_half(p, v)
#define BN_LIVE_SUMS 4 // a vector takes two of 16 registers

BN_INLINE int_lanes add_pairs(int_lanes sums, short_lanes a, short_lanes b) {
    __m256i s[2], x[2], y[2];
    memcpy(s, &sums, sizeof s);
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    s[0] = _mm256_add_epi32(s[0], _mm256_madd_epi16(x[0], y[0]));
    s[1] = _mm256_add_epi32(s[1], _mm256_madd_epi16(x[1], y[1]));
    memcpy(&sums, s, sizeof s);
    return sums;
}

#define add_products add_pairs

#include "../shared/float_kernels.inc"

// maddubs multiplies unsigned codes by signed activations and adds pairs into 16 bits: at most
// 2 * 2 * 127 = 508 a step. 64 steps (two blocks) stay below 2^15: 64 * 508 = 32,512.
#define BN_NARROW_BLOCKS 2

BN_INLINE __m256i field(__m256i packed, int shift) {
    return _mm256_and_si256(_mm256_srli_epi16(packed, shift), _mm256_set1_epi8(3));
}

BN_INLINE __m256i broadcast(const int8_t *codes) {
    int32_t word;
    memcpy(&word, codes, 4);
    return _mm256_set1_epi32(word);
}

BN_INLINE __m256i widen(__m256i sum, __m256i narrow) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(narrow, _mm256_set1_epi16(1)));
}

BN_INLINE void store_rows(const bn_ternary_matmul_arguments *a, __m256i sum, size_t row, size_t t) {
    if (row >= a->rows) return;
    __m256 value = _mm256_cvtepi32_ps(_mm256_sub_epi32(sum, _mm256_set1_epi32(a->sums[t])));
    value = _mm256_mul_ps(value, _mm256_set1_ps(a->factors[t]));
    float *out = a->out + t * a->out_stride + row, values[8];
    size_t count = bn_min(a->rows - row, 8);
    _mm256_storeu_ps(values, value);
    for (size_t i = 0; i < count; i++)
        out[i] = a->accumulate ? out[i] + values[i] : values[i];
}

// 16 rows (two registers) and `tokens` tokens.
BN_INLINE void tile(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row,
                    size_t t, size_t tokens) {
    const int8_t *codes = a->codes + t * a->columns;
    __m256i sums[8];
#pragma unroll
    for (size_t i = 0; i < 2 * tokens; i++)
        sums[i] = _mm256_setzero_si256();
    for (size_t k = 0; k < a->columns;) {
        size_t end = bn_min(a->columns, k + BN_NARROW_BLOCKS * BN_TERNARY_COLUMNS);
        __m256i narrow[8];
#pragma unroll
        for (size_t i = 0; i < 2 * tokens; i++)
            narrow[i] = _mm256_setzero_si256();
        for (; k < end; k += BN_TERNARY_COLUMNS) {
            for (size_t word = 0; word < 8; word++, group += 64) {
                __m256i low = _mm256_load_si256((const __m256i *)group);
                __m256i high = _mm256_load_si256((const __m256i *)group + 1);
#pragma unroll
                for (int f = 0; f < 4; f++) {
                    __m256i w0 = field(low, 6 - 2 * f), w1 = field(high, 6 - 2 * f);
#pragma unroll
                    for (size_t i = 0; i < tokens; i++) {
                        __m256i x = broadcast(codes + i * a->columns + k + 4 * word + 32 * f);
                        narrow[2 * i] =
                            _mm256_add_epi16(narrow[2 * i], _mm256_maddubs_epi16(w0, x));
                        narrow[2 * i + 1] =
                            _mm256_add_epi16(narrow[2 * i + 1], _mm256_maddubs_epi16(w1, x));
                    }
                }
            }
        }
#pragma unroll
        for (size_t i = 0; i < 2 * tokens; i++)
            sums[i] = widen(sums[i], narrow[i]);
    }
    for (size_t i = 0; i < tokens; i++) {
        store_rows(a, sums[2 * i], row, t + i);
        store_rows(a, sums[2 * i + 1], row + 8, t + i);
    }
}

static void ternary_matmul(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    for (size_t row = 0; row < a->rows; row += BN_TERNARY_ROWS) {
        const uint8_t *group = a->weights + row / BN_TERNARY_ROWS * group_bytes;
        size_t t = 0;
        for (; t + 3 <= a->tokens; t += 3)
            tile(a, group, row, t, 3);
        for (; t < a->tokens; t++)
            tile(a, group, row, t, 1);
    }
}

static uint64_t read_stream(const void *memory, size_t bytes) {
    const __m256i *p = memory;
    __m256i s[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                    _mm256_setzero_si256()};
    for (size_t i = 0; i + 4 <= bytes / 32; i += 4)
        for (int j = 0; j < 4; j++)
            s[j] = _mm256_xor_si256(s[j], _mm256_loadu_si256(p + i + j));
    uint64_t words[4];
    __m256i all = _mm256_xor_si256(_mm256_xor_si256(s[0], s[1]), _mm256_xor_si256(s[2], s[3]));
    _mm256_storeu_si256((__m256i *)words, all);
    return words[0] ^ words[1] ^ words[2] ^ words[3];
}

static uint64_t multiply_add_peak(size_t iterations) {
    volatile int32_t sink = 3;
    __m256i a = _mm256_set1_epi32(sink), b = _mm256_set1_epi32(sink), sums[8];
#pragma unroll
    for (int i = 0; i < 8; i++)
        sums[i] = _mm256_setzero_si256();
    for (size_t n = 0; n < iterations; n++) {
#pragma unroll
        for (int i = 0; i < 8; i++)
            sums[i] = _mm256_add_epi16(sums[i], _mm256_maddubs_epi16(a, b));
        __asm__ volatile("" : "+x"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 8; i++)
        sums[0] = _mm256_xor_si256(sums[0], sums[i]);
    sink = _mm256_extract_epi32(sums[0], 0);
    return 8 * 32 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_avx2 = {
    .name = "avx2",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
