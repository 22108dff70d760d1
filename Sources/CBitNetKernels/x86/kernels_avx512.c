// AVX-512 with VNNI: float kernels in one register a vector, ternary products by vpdpbusd.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))),        \
    apply_to = function)

#include "../shared/code_lanes.h"
#include "../shared/lanes.h"

#define BN_LOAD_HALF(p) ((lanes)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p))))
#define BN_STORE_HALF(p, v)                                                                        \
    _mm256_storeu_si256((__m256i *)(p), _mm512_cvtps_ph((__m512)(v), _MM_FROUND_TO_NEAREST_INT |   \
                                                                         _MM_FROUND_NO_EXC))

BN_INLINE int_lanes add_pairs(int_lanes sums, short_lanes a, short_lanes b) {
    return (int_lanes)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)a, (__m512i)b);
}

#define add_products add_pairs

#define BN_DENSE_SLICE 16
#define BN_DENSE_TILE_ROWS 4
#define BN_GEMM_TILE_ROWS 12
#define BN_GEMM_VECTORS 2

#include "../shared/float_kernels.inc"
#include "../shared/head_kernels.inc"
#include "../shared/training_kernels.inc"

#include "ternary_avx512.inc"

// What uses the above.
#include "head_avx512.inc"
#include "ternary_columns_avx512.inc"

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
