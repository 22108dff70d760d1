/// CBitNetKernels: the engine's innermost loops. The only public header.
///
///     const bn_kernels *kernels = bn_kernels_default();      // chosen once, by CPU and BITNET_ISA
///     kernels->quantize(x, count, padded, codes, &scale, &sum);
///     kernels->ternary_matmul(&arguments);
///
/// Every table computes the same bits. Integer sums are exact. Float reductions run over a fixed
/// number of virtual lanes (BN_LANES; lane = index mod lanes), each a chain of fused multiply-adds
/// in ascending order, lanes beyond the end multiplying zeros; the lanes are then added pairwise:
/// l[i] + l[i + 8], then + 4, + 2, + 1. No kernel allocates, none keeps state.
#ifndef BITNET_KERNELS_H
#define BITNET_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bitnet_codecs.h"
#include "bitnet_head.h"
#include "bitnet_ternary.h"
#include "bitnet_training.h"

/// Virtual lanes of a float reduction.
#define BN_LANES 16
/// Virtual lanes of a dense product (two sets of BN_LANES, added lane by lane at the end).
#define BN_DENSE_LANES 32
/// How the weights of a dense matrix are stored; rows are contiguous.
typedef enum {
    BN_DENSE_F32 = 0,
    BN_DENSE_F16 = 1,
    BN_DENSE_BF16 = 2,
    BN_DENSE_Q8_0 = 3, ///< blocks of 32: float16 scale, 32 int8
    BN_DENSE_Q6_K = 4, ///< blocks of 256: 128 low nibbles, 64 high pairs, 16 int8 scales, float16
    BN_DENSE_Q4_0 = 5, ///< blocks of 32: float16 scale, 16 bytes of nibbles
} bn_dense_format;

/// A dense matrix times float activations: out[t][r] = sum_k weights[r][k] * x[t][k].
typedef struct {
    const void *weights; ///< first row
    bn_dense_format format;
    size_t row_bytes;
    size_t rows;
    size_t columns; ///< at least 1
    const float *x; ///< [tokens][x_stride]
    size_t x_stride;
    size_t tokens;
    float *out; ///< [tokens][out_stride]
    size_t out_stride;
    bool accumulate;  ///< add to `out` instead of replacing it
    bn_stream stream; ///< of one token; more are bound by arithmetic
} bn_dense_matmul_arguments;

/// Positions of an attention block, and of a block of the key/value cache.
#define BN_ATTENTION_BLOCK 256
/// Query rows (a token's head each) that attention works on at a time.
#define BN_ATTENTION_ROWS 4
/// Columns of a row of an int8 cache are padded to a multiple of it.
#define BN_CODE_COLUMNS 32
/// Absmax of a row that is coded as if it were this small: rows of zeros have codes 0.
#define BN_CODE_FLOOR 1e-30f

/// How keys and values are cached.
typedef enum {
    BN_CACHE_F32 = 0,
    BN_CACHE_F16 = 1,
    BN_CACHE_I8 = 2, ///< codes |c| <= 127 and one float32 scale a row, see to_int8
} bn_cache_format;

/// Values of a cached row: the head's width, padded with zeros.
static inline size_t bn_cache_width(bn_cache_format format, size_t stride) {
    size_t multiple = format == BN_CACHE_I8 ? BN_CODE_COLUMNS : BN_LANES;
    return (stride + multiple - 1) / multiple * multiple;
}

/// Bytes of a cached row without its scale.
static inline size_t bn_cache_row_bytes(bn_cache_format format, size_t stride) {
    size_t value = format == BN_CACHE_F32 ? 4 : format == BN_CACHE_F16 ? 2 : 1;
    return bn_cache_width(format, stride) * value;
}

/// Bytes of one key/value head's block: 256 rows of keys, 256 rows of values, and for int8 256
/// float32 scales of the keys and 256 of the values.
static inline size_t bn_cache_block_bytes(bn_cache_format format, size_t stride) {
    size_t scale = format == BN_CACHE_I8 ? 4 : 0;
    return 2 * BN_ATTENTION_BLOCK * (bn_cache_row_bytes(format, stride) + scale);
}

/// Attention of consecutive tokens of one sequence, for the query heads that share a key/value
/// head. A row is a token's head: row t * heads + h.
///
/// Positions are cut into blocks of BN_ATTENTION_BLOCK from position 0 on, whoever computes them,
/// so that results depend on nothing but the positions. For each row and block,
///
///     score[j] = (q . k[j]) * scale     m = max_j score[j]
///     w[j] = exp(score[j] - m)          s = sum_j w[j], lane = j mod BN_LANES
///     o = sum_j w[j] v[j], a chain of fused multiply-adds in ascending j
///
/// and blocks are merged in ascending order, beginning with M, S, O = m, s, o of the first:
///
///     L = max(M, m)   f = exp(M - L)   g = exp(m - L)   M = L
///     S = fma(s, g, S * f)   O = fma(o, g, O * f)       out = O * (1 / S)
///
/// With an int8 cache both products are sums of integers and exact. A query is coded to 16 bits,
/// c = clamp(round_half_even(q * (B / a)), -B, B) with a = max(max |q|, BN_CODE_FLOOR) and
/// B = min(32767, (2^31 - 1) / (127 * width)), which is 32767 up to a width of 512; then
/// score[j] = ((c . k[j]) * key scale[j]) * ((a / B) * scale). Weights are coded for each block
/// from u[j] = w[j] * value scale[j], with a = max(max_j u[j], BN_CODE_FLOOR):
/// p[j] = clamp(round_half_even(u[j] * (32767 / a)), 0, 32767), o = (sum_j p[j] v[j]) * (a /
/// 32767), where |sum| <= 256 * 32767 * 127 < 2^30.
typedef struct {
    const float *queries; ///< row (t, h) at t * query_stride + h * stride; zero beyond head_dim
    size_t query_stride;
    size_t tokens;
    size_t heads;
    bn_cache_format format;
    const uint8_t *const *pages; ///< one for each block of positions
    size_t offset;      ///< where the head's block, bn_cache_block_bytes long, starts in each page
    size_t positions;   ///< visible to the first token, >= 1; token t sees t more
    size_t first_block; ///< blocks to compute, from first_block
    size_t end_block;   ///< to before end_block
    size_t stride;      ///< head_dim rounded up to BN_LANES
    size_t head_dim;
    float scale;
    float *scratch; ///< bn_attention_scratch floats
    /// NULL: merges all blocks (first_block is 0, end_block the last token's end) and writes `out`.
    /// Else the blocks' o [stride], m and s go to row (r * blocks + b) * (stride + BN_LANES), where
    /// `blocks` is the number of the last token's blocks; merge_attention does the rest.
    float *partials;
    float *out; ///< row (t, h) at t * out_stride + h * head_dim
    size_t out_stride;
} bn_attention_arguments;

/// Blocks that hold `positions` positions.
static inline size_t bn_attention_blocks(size_t positions) {
    return (positions + BN_ATTENTION_BLOCK - 1) / BN_ATTENTION_BLOCK;
}

/// Floats of scratch that attention of `rows` rows needs, whatever the cache's format.
static inline size_t bn_attention_scratch(size_t rows, size_t stride) {
    size_t width = bn_cache_width(BN_CACHE_I8, stride);
    size_t padded = (rows + BN_LANES - 1) / BN_LANES * BN_LANES;
    return BN_ATTENTION_ROWS * (BN_ATTENTION_BLOCK + BN_ATTENTION_BLOCK / 2 + width) +
           rows * (width + width / 2) + 3 * padded;
}

/// One implementation of every kernel.
typedef struct {
    const char *name;
    bool reads_row_pairs; ///< whether a stream of two rows at once differs from one of one

    /// out = (x * (1 / sqrt(mean(x^2) + epsilon))) * weight, over `count` values. In place is fine.
    void (*rms_norm)(const float *x, const float *weight, size_t count, float epsilon, float *out);

    /// Absmax quantisation of one token: scale = (1 / max(max |x|, 1e-5)) * 127, in two roundings
    /// as PyTorch divides a number by a tensor, so that values on a tie round as they do there;
    /// codes = clamp(round_half_even(x * scale), -128, 127), zeros from `count` to `padded`;
    /// sum = the codes' sum. NaN is left out of the maximum and coded as -128.
    void (*quantize)(const float *x, size_t count, size_t padded, int8_t *codes, float *scale,
                     int32_t *sum);

    /// Interleaves the codes of `tokens` <= BN_TILE_TOKENS tokens, `code_stride` apart:
    /// out[(k / 4 * tokens + t) * 4 + k % 4] = codes[t * code_stride + k], k < columns.
    void (*pack_tile)(const int8_t *codes, size_t code_stride, size_t tokens, size_t columns,
                      int8_t *out);
    /// A matrix by rows, any number of tokens.
    void (*ternary_matmul)(const bn_ternary_matmul_arguments *arguments);
    /// Only `rows[0 .. count)` of a matrix by rows, one token.
    void (*ternary_rows)(const bn_ternary_matmul_arguments *arguments, const uint32_t *rows,
                         size_t count);
    /// A matrix by columns, all columns, any number of tokens from their packed codes.
    void (*ternary_matmul_by_columns)(const bn_ternary_matmul_arguments *arguments);
    /// Some columns of a matrix by columns, one token.
    void (*ternary_columns)(const bn_ternary_columns_arguments *arguments);

    /// Writes the indices, counted from `first`, of values above zero; returns how many. There is
    /// room for `count`; places behind the list may be overwritten.
    size_t (*list_positive)(const float *values, size_t count, uint32_t first, uint32_t *indices);
    /// Writes the indices of codes that are not zero, and these codes; returns how many. Room as
    /// above.
    size_t (*list_nonzero)(const int8_t *codes, size_t count, uint32_t *indices, int8_t *values);
    void (*dense_matmul)(const bn_dense_matmul_arguments *arguments);

    /// One row of `count` floats, finite, to both planes; `columns` is `count` padded to 128.
    void (*head_encode)(const float *row, size_t count, size_t columns, uint8_t *high, uint8_t *low,
                        float *scale);
    /// A hidden state to digits; `state` comes with `digits` and `columns` >= `count`.
    void (*head_quantize)(const float *x, size_t count, bn_head_state *state);
    void (*head_sums)(const bn_head_arguments *arguments);
    void (*head_scan)(const bn_head_scan_arguments *arguments);
    /// Logits from sums; `low` may be NULL for the high plane alone.
    void (*head_logits)(const int32_t *high, const int32_t *low, const float *scales,
                        float inverse_scale, size_t count, float *out);
    /// Puts the logits above heap[0], of rows first + i, into the heap of the `wanted` >= 1
    /// greatest, whose least is on top (fill it with minus infinity first).
    void (*head_greatest)(const float *logits, size_t count, size_t first, size_t wanted,
                          float *heap, uint32_t *rows);
    /// Writes first + i where logits[i] + margin * scales[i] is not below `least`; returns how
    /// many.
    size_t (*head_candidates)(const float *logits, const float *scales, float margin, size_t count,
                              size_t first, float least, uint32_t *rows);

    void (*attention)(const bn_attention_arguments *arguments);
    /// Merges the partial results of all blocks of all rows into `out`.
    void (*merge_attention)(const bn_attention_arguments *arguments);

    /// Rotates pairs (x[i], x[i + head_dim / 2]) of one head; writes `out` (may be `x`).
    void (*rotate_half)(const float *x, const float *cosines, const float *sines, size_t head_dim,
                        float *out);

    /// gate = relu(gate)^2 * up.
    void (*relu_squared_gate)(float *gate, const float *up, size_t count);
    /// gate = gate / (1 + exp(-gate)) * up.
    void (*silu_gate)(float *gate, const float *up, size_t count);
    /// out = exp(x), at most 2 ulp from the true value, 0 below -87.3, infinity above 88.7.
    void (*exponential)(const float *x, float *out, size_t count);
    /// float16 bits -> float32.
    void (*from_half)(const uint16_t *x, float *out, size_t count);
    /// float32 -> float16 bits, rounding half to even.
    void (*to_half)(const float *x, uint16_t *out, size_t count);
    /// One row of an int8 cache: with a = max(max |x|, BN_CODE_FLOOR), codes =
    /// clamp(round_half_even(x * (127 / a)), -127, 127), scale = a / 127. NaN is left out of the
    /// maximum and coded as -127.
    void (*to_int8)(const float *x, size_t count, int8_t *codes, float *scale);

    /// Reads `bytes` (a multiple of 1024) once and returns their xor: the read bandwidth's probe.
    uint64_t (*read_stream)(const void *memory, size_t bytes);
    /// Runs int8 multiply-adds on registers and returns how many: the arithmetic's probe.
    uint64_t (*multiply_add_peak)(size_t iterations);

    /// Products and backward passes for training.
    const bn_training_kernels *training;
} bn_kernels;

/// The tables that this build has and this CPU and operating system can run, best first.
/// Returns how many; `tables` takes up to `capacity`.
size_t bn_kernels_available(const bn_kernels **tables, size_t capacity);

/// The best table, or the one that the environment variable BITNET_ISA names. Chosen once.
/// NULL when BITNET_ISA names none that can run here.
const bn_kernels *bn_kernels_default(void);

/// The table of that name ("scalar", "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "neon",
/// "neon-dotprod", "neon-i8mm") if it can run here, else NULL.
const bn_kernels *bn_kernels_named(const char *name);

/// Instruction sets that matter here and that the operating system has enabled.
typedef struct {
    bool avx2, fma, f16c, avxvnni;
    bool avx512f, avx512bw, avx512vl, avx512dq, avx512vnni, avx512vbmi;
    bool neon, dotprod, i8mm;
} bn_cpu_features;

bn_cpu_features bn_cpu_probe(void);

/// The processor's marketing name, "" when it has none.
const char *bn_cpu_name(void);

/// Processors that this process may run on, at least 1.
size_t bn_cpu_count(void);

/// Gives memory back to the system: what was freed and the allocator keeps, and pages of code that
/// has run, which are read again from its file when it runs again (Linux with glibc).
void bn_release_unused_memory(void);

/// Threads that spin between tasks and park after a while.
typedef struct bn_thread_pool bn_thread_pool;
typedef void (*bn_task)(void *context, size_t worker, size_t workers);

/// A pool of `workers` (the caller is worker 0, so workers - 1 threads). NULL when threads fail.
bn_thread_pool *bn_thread_pool_create(size_t workers);
void bn_thread_pool_destroy(bn_thread_pool *pool);
/// Runs `task` once for every worker and returns when all are done. Several callers take turns.
///
/// `items` < 2^32 are dealt out for the task to claim. Where waiting shows that a thread was put
/// aside by other processes, fewer threads take the workers' parts for a while.
void bn_thread_pool_run(bn_thread_pool *pool, bn_task task, void *context, size_t items,
                        size_t grain);
/// For a task: claims the next items, `first` to before `end`, for `worker`: at least `grain`
/// unless fewer are left, its own in ascending order before those of others. False when none is
/// left.
bool bn_thread_pool_claim(bn_thread_pool *pool, size_t worker, size_t *first, size_t *end);
/// Threads that take part at present, the caller included.
size_t bn_thread_pool_active(bn_thread_pool *pool);

/// Says what the next task with `count` items reads: `item_bytes` for each, one after another.
/// Workers that wait fetch some of their share into their caches. Who runs the tasks says it.
void bn_thread_pool_announce(bn_thread_pool *pool, const void *items, size_t count,
                             size_t item_bytes);

#endif
