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

#include "../reference/scalar.h"
#include "../shared/head_kernels.inc"
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
.rms_norm = rms_norm,
.quantize = quantize,
.pack_tile = bn_pack_tile_scalar,
.ternary_matmul = bn_ternary_matmul_scalar,
.ternary_rows = bn_ternary_rows_scalar,
.ternary_matmul_by_columns = bn_ternary_matmul_by_columns_scalar,
.ternary_columns = bn_ternary_columns_scalar,
.list_positive = bn_list_positive_scalar,
.list_nonzero = bn_list_nonzero_scalar,
.dense_matmul = dense_matmul,
.head_encode = head_encode,
.head_quantize = head_quantize,
.head_sums = bn_head_sums_scalar,
.head_logits = head_logits,
.head_greatest = head_greatest,
.head_candidates = head_candidates,
.attention = attention,
.rotate_half = rotate_half,
.relu_squared_gate = relu_squared_gate,
.silu_gate = silu_gate,
.exponential = exponential,
.from_half = from_half,
.to_half = to_half,
.read_stream = read_stream,
.multiply_add_peak = multiply_add_peak,
};

#pragma clang attribute pop

#endif
