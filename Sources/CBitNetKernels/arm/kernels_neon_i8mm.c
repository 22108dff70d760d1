// NEON with the int8 matrix instructions of Armv8.6: ternary products by smmla for several tokens,
// by sdot for one.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)

#include "ternary_dotprod.h"

// smmla multiplies 2 rows x 8 columns by 8 columns x 2 tokens into 2 x 2 sums. Weights are unpacked
// once for BN_TOKENS tokens, BN_CHUNK columns at a time, into 8 KiB that stay in the first-level
// cache.
#define BN_CHUNK 512
#define BN_TOKENS 48
// Token pairs that a pass over the unpacked weights serves: 24 sums stay in registers.
#define BN_PAIRS 3

typedef struct {
    int8x16_t weights[BN_CHUNK / 8][8]; // [8 columns][row pair]
    int32x4_t sums[BN_TOKENS / 2][8];   // [token pair][row pair] r0 t0, r0 t1, r1 t0, r1 t1
} matrix_tile;

// Unpacks `columns` <= BN_CHUNK columns of a row group. Word pairs are interleaved while packed:
// then two rows' eight columns are neighbours in every field.
static void unpack_weights(matrix_tile *tile, const uint8_t *group, size_t columns) {
    for (size_t pair = 0; pair < columns / 32; pair++, group += 128) {
        size_t block = pair / 4, within = pair % 4;
#pragma unroll
        for (size_t p = 0; p < 4; p++) {
            uint32x4_t first = vreinterpretq_u32_u8(vld1q_u8(group + 16 * p));
            uint32x4_t second = vreinterpretq_u32_u8(vld1q_u8(group + 64 + 16 * p));
            uint8x16_t low = vreinterpretq_u8_u32(vzip1q_u32(first, second));
            uint8x16_t high = vreinterpretq_u8_u32(vzip2q_u32(first, second));
#pragma unroll
            for (int f = 0; f < 4; f++) {
                int8x16_t *out = tile->weights[16 * block + 4 * (size_t)f + within] + 2 * p;
                out[0] = field(low, f);
                out[1] = field(high, f);
            }
        }
    }
}

// Adds a chunk's products for token pairs first .. first + pairs - 1 of `tokens` tokens. An odd
// token is its own partner.
BN_INLINE void multiply_chunk(matrix_tile *tile, const int8_t *codes, size_t stride, size_t columns,
                              size_t tokens, size_t first, size_t pairs) {
    int32x4_t sums[BN_PAIRS][8];
    memcpy(sums, tile->sums[first], pairs * sizeof *sums);
    for (size_t e = 0; e < columns / 8; e++) {
        int8x16_t x[BN_PAIRS];
#pragma unroll
        for (size_t i = 0; i < pairs; i++) {
            size_t even = 2 * (first + i), odd = bn_min(even + 1, tokens - 1);
            x[i] = vcombine_s8(vld1_s8(codes + even * stride + 8 * e),
                               vld1_s8(codes + odd * stride + 8 * e));
        }
#pragma unroll
        for (size_t r = 0; r < 8; r++) {
            int8x16_t w = tile->weights[e][r];
#pragma unroll
            for (size_t i = 0; i < pairs; i++)
                sums[i][r] = vmmlaq_s32(sums[i][r], w, x[i]);
        }
    }
    memcpy(tile->sums[first], sums, pairs * sizeof *sums);
}

static void store_pair(const bn_ternary_matmul_arguments *a, const int32x4_t sums[8], size_t row,
                       size_t t, bool both) {
    for (size_t r = 0; r < 8; r += 2) {
        store_rows(a, vuzp1q_s32(sums[r], sums[r + 1]), row + 2 * r, t);
        if (both) store_rows(a, vuzp2q_s32(sums[r], sums[r + 1]), row + 2 * r, t + 1);
    }
}

// One row group and up to BN_TOKENS tokens from token t.
static void matrix_group(const bn_ternary_matmul_arguments *a, const uint8_t *group, size_t row,
                         size_t t) {
    matrix_tile tile;
    size_t tokens = bn_min(a->tokens - t, BN_TOKENS), pairs = (tokens + 1) / 2;
    memset(tile.sums, 0, sizeof tile.sums);
    for (size_t k = 0; k < a->columns; k += BN_CHUNK) {
        size_t columns = bn_min(a->columns - k, BN_CHUNK), pair = 0;
        unpack_weights(&tile, group + k * BN_TERNARY_ROWS / 4, columns);
        const int8_t *codes = a->codes + t * a->columns + k;
        for (; pair + BN_PAIRS <= pairs; pair += BN_PAIRS)
            multiply_chunk(&tile, codes, a->columns, columns, tokens, pair, BN_PAIRS);
        for (; pair < pairs; pair++)
            multiply_chunk(&tile, codes, a->columns, columns, tokens, pair, 1);
    }
    for (size_t pair = 0; pair < pairs; pair++)
        store_pair(a, tile.sums[pair], row, t + 2 * pair, 2 * pair + 1 < tokens);
}

static void ternary_matmul(const bn_ternary_matmul_arguments *a) {
    size_t group_bytes = a->columns * BN_TERNARY_ROWS / 4;
    for (size_t row = 0; row < a->rows; row += BN_TERNARY_ROWS) {
        const uint8_t *group = a->weights + row / BN_TERNARY_ROWS * group_bytes;
        if (a->tokens == 1) {
            matvec_group(a, group, row, 0);
            continue;
        }
        for (size_t t = 0; t < a->tokens; t += BN_TOKENS)
            matrix_group(a, group, row, t);
    }
}

static uint64_t multiply_add_peak(size_t iterations) {
    volatile int32_t sink = 3;
    int8x16_t a = vdupq_n_s8((int8_t)sink), b = a;
    int32x4_t sums[16];
#pragma unroll
    for (int i = 0; i < 16; i++)
        sums[i] = vdupq_n_s32(0);
    for (size_t n = 0; n < iterations; n++) {
#pragma unroll
        for (int i = 0; i < 16; i++)
            sums[i] = vmmlaq_s32(sums[i], a, b);
        __asm__ volatile("" : "+w"(a)); // keeps the loop from being folded
    }
    for (int i = 1; i < 16; i++)
        sums[0] = veorq_s32(sums[0], sums[i]);
    sink = vaddvq_s32(sums[0]);
    return 16 * 32 * (uint64_t)iterations;
}

const bn_kernels bn_kernels_neon_i8mm = {
    .name = "neon-i8mm",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
