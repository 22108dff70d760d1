// AVX-512 with VNNI: float kernels in one register a vector, ternary products by vpdpbusd.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))),        \
    apply_to = function)

#include "../shared/lanes.h"
#include "../shared/code_lanes.h"

#define BN_LOAD_HALF(p) ((lanes)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p))))
#define BN_STORE_HALF(p, v)                                                                        \
    _mm256_storeu_si256((__m256i *)(p), _mm512_cvtps_ph((__m512)(v), _MM_FROUND_TO_NEAREST_INT |   \
                                                                         _MM_FROUND_NO_EXC))

BN_INLINE int_lanes add_pairs(int_lanes sums, short_lanes a, short_lanes b) {
    return (int_lanes)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)a, (__m512i)b);
}

#define add_products add_pairs

#include "../shared/float_kernels.inc"

// vpdpbusd multiplies unsigned codes 0, 1, 2 by signed activations, four columns of 16 rows at a
// time, with the activations' word broadcast from memory. No sum saturates: |sum| < 2^31.

// Codes of field `shift` / 2 of 64 packed bytes.
BN_INLINE __m512i field(__m512i packed, int shift) {
    return _mm512_and_si512(_mm512_srli_epi16(packed, shift), _mm512_set1_epi8(3));
}

BN_INLINE __m512i broadcast(const int8_t *codes) {
    int32_t word;
    memcpy(&word, codes, 4);
    return _mm512_set1_epi32(word);
}

BN_INLINE void store_rows(const bn_ternary_matmul_arguments *a, __m512i sum, size_t row, size_t t) {
    size_t left = a->rows - row;
    __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
    __m512 value = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_set1_epi32(a->sums[t])));
    value = _mm512_mul_ps(value, _mm512_set1_ps(a->factors[t]));
    float *out = a->out + t * a->out_stride + row;
    if (a->accumulate) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, out), value);
    _mm512_mask_storeu_ps(out, mask, value);
}

// One row group and one token: eight loads a block, an accumulator for each field.
static void matvec_group(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row) {
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
    const int8_t *codes = a->codes;
    for (size_t k = 0; k < a->columns; k += BN_TERNARY_COLUMNS) {
#pragma unroll
        for (int i = 0; i < 8; i++) {
            __m512i packed = _mm512_load_si512(group);
            group += 64;
            s0 = _mm512_dpbusd_epi32(s0, field(packed, 6), broadcast(codes + k + 4 * i));
            s1 = _mm512_dpbusd_epi32(s1, field(packed, 4), broadcast(codes + k + 4 * i + 32));
            s2 = _mm512_dpbusd_epi32(s2, field(packed, 2), broadcast(codes + k + 4 * i + 64));
            s3 = _mm512_dpbusd_epi32(s3, field(packed, 0), broadcast(codes + k + 4 * i + 96));
        }
    }
    store_rows(a, _mm512_add_epi32(_mm512_add_epi32(s0, s1), _mm512_add_epi32(s2, s3)), row, 0);
}

// `groups` row groups (1 or 2) and `tokens` tokens (up to 12): a tile that stays in registers.
BN_INLINE void tile(const bn_ternary_matmul_arguments *a, const uint8_t *first, size_t row,
                    size_t t, size_t groups, size_t tokens) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    const int8_t *codes = a->codes + t * a->columns;
    __m512i sums[24];
#pragma unroll
    for (size_t i = 0; i < groups * tokens; i++)
        sums[i] = _mm512_setzero_si512();
    for (size_t word = 0; word < a->columns / 16; word++) {
        const int8_t *column = codes + word / 8 * BN_TERNARY_COLUMNS + word % 8 * 4;
        __m512i packed0 = _mm512_load_si512(first + 64 * word);
        __m512i packed1 = groups > 1 ? _mm512_load_si512(first + group_bytes + 64 * word) : packed0;
#pragma unroll
        for (int f = 0; f < 4; f++) {
            __m512i w0 = field(packed0, 6 - 2 * f);
            __m512i w1 = groups > 1 ? field(packed1, 6 - 2 * f) : w0;
#pragma unroll
            for (size_t i = 0; i < tokens; i++) {
                __m512i x = broadcast(column + i * a->columns + 32 * f);
                sums[i] = _mm512_dpbusd_epi32(sums[i], w0, x);
                if (groups > 1) sums[tokens + i] = _mm512_dpbusd_epi32(sums[tokens + i], w1, x);
            }
        }
    }
#pragma unroll
    for (size_t i = 0; i < tokens; i++) {
        store_rows(a, sums[i], row, t + i);
        if (groups > 1) store_rows(a, sums[tokens + i], row + BN_TERNARY_ROWS, t + i);
    }
}

// All tokens of one or two row groups, whose weights stay in the first-level cache.
BN_INLINE void group_tiles(const bn_ternary_matmul_arguments *a, const uint8_t *first, size_t row,
                           size_t groups) {
    size_t t = 0;
    for (; t + 12 <= a->tokens; t += 12)
        tile(a, first, row, t, groups, 12);
    for (; t + 4 <= a->tokens; t += 4)
        tile(a, first, row, t, groups, 4);
    for (; t < a->tokens; t++)
        tile(a, first, row, t, groups, 1);
}

static void ternary_matmul(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    size_t row = 0;
    if (a->tokens == 1) {
        for (; row < a->rows; row += BN_TERNARY_ROWS)
            matvec_group(a, a->weights + row / BN_TERNARY_ROWS * group_bytes, row);
        return;
    }
    for (; row + BN_TERNARY_ROWS < a->rows; row += 2 * BN_TERNARY_ROWS)
        group_tiles(a, a->weights + row / BN_TERNARY_ROWS * group_bytes, row, 2);
    if (row < a->rows) group_tiles(a, a->weights + row / BN_TERNARY_ROWS * group_bytes, row, 1);
}

static uint64_t read_stream(const void *memory, size_t bytes) {
    const uint8_t *p = memory;
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
    for (size_t i = 0; i + 256 <= bytes; i += 256) {
        s0 = _mm512_xor_si512(s0, _mm512_loadu_si512(p + i));
        s1 = _mm512_xor_si512(s1, _mm512_loadu_si512(p + i + 64));
        s2 = _mm512_xor_si512(s2, _mm512_loadu_si512(p + i + 128));
        s3 = _mm512_xor_si512(s3, _mm512_loadu_si512(p + i + 192));
    }
    uint64_t words[8], result = 0;
    _mm512_storeu_si512(words,
                        _mm512_xor_si512(_mm512_xor_si512(s0, s1), _mm512_xor_si512(s2, s3)));
    for (int i = 0; i < 8; i++)
        result ^= words[i];
    return result;
}

static uint64_t multiply_add_peak(size_t iterations) {
    volatile int32_t sink = 3;
    __m512i a = _mm512_set1_epi32(sink), b = _mm512_set1_epi32(sink), sums[16];
#pragma unroll
    for (int i = 0; i < 16; i++)
        sums[i] = _mm512_setzero_si512();
    for (size_t n = 0; n < iterations; n++) {
#pragma unroll
        for (int i = 0; i < 16; i++)
            sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
        __asm__ volatile("" : "+v"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 16; i++)
        sums[0] = _mm512_xor_si512(sums[0], sums[i]);
    sink = _mm512_reduce_add_epi32(sums[0]);
    return 16 * 64 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_avx512vnni = {
    .name = "avx512vnni",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
