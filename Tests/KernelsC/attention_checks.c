// Attention over caches of every format against the reference table, merged by the kernel itself
// and from partial results.
#include "support.h"

#define SPARE_BYTES 64 // in front of the block in each page

typedef struct {
    bn_cache_format format;
    size_t tokens, heads, positions, head_dim;
    float scale;
} shape;

static size_t round_up(size_t value) { return (value + BN_LANES - 1) / BN_LANES * BN_LANES; }

// Rows of `stride` values, zero beyond head_dim.
static float *make_rows(size_t rows, size_t stride, size_t head_dim) {
    float *values = new_floats(rows * stride);
    for (size_t i = 0; i < rows * stride; i++)
        if (i % stride >= head_dim) values[i] = 0;
    return values;
}

// One row into plane `plane` (0 keys, 1 values) of its block; a row of zeros now and then.
static void store_row(const bn_kernels *table, const shape *s, uint8_t **pages, size_t position,
                      size_t plane) {
    size_t stride = round_up(s->head_dim), bytes = bn_cache_row_bytes(s->format, stride);
    size_t slot = position % BN_ATTENTION_BLOCK;
    uint8_t *block = pages[position / BN_ATTENTION_BLOCK] + SPARE_BYTES;
    uint8_t *target = block + (plane * BN_ATTENTION_BLOCK + slot) * bytes;
    float *row = make_rows(1, stride, s->head_dim);
    if (random_below(50) == 0) memset(row, 0, stride * sizeof *row);
    memset(target, 0, bytes);
    switch (s->format) {
    case BN_CACHE_F32: memcpy(target, row, bytes); break;
    case BN_CACHE_F16: table->to_half(row, (uint16_t *)(void *)target, stride); break;
    case BN_CACHE_I8: {
        float *scales = (float *)(void *)(block + 2 * BN_ATTENTION_BLOCK * bytes);
        table->to_int8(row, s->head_dim, (int8_t *)target,
                       scales + plane * BN_ATTENTION_BLOCK + slot);
        break;
    }
    }
    free(row);
}

// Pages of rows; what no token sees is NaN (-128 in codes).
static uint8_t **make_pages(const bn_kernels *table, const shape *s) {
    size_t positions = s->positions + s->tokens - 1, count = bn_attention_blocks(positions);
    size_t bytes = SPARE_BYTES + bn_cache_block_bytes(s->format, round_up(s->head_dim));
    uint8_t **pages = new_buffer(count * sizeof *pages);
    for (size_t b = 0; b < count; b++) {
        pages[b] = new_buffer(bytes);
        memset(pages[b], s->format == BN_CACHE_I8 ? 0x80 : 0xFF, bytes);
    }
    for (size_t j = 0; j < positions; j++)
        for (size_t plane = 0; plane < 2; plane++)
            store_row(table, s, pages, j, plane);
    return pages;
}

static void free_pages(uint8_t **pages, const shape *s) {
    for (size_t b = 0; b < bn_attention_blocks(s->positions + s->tokens - 1); b++)
        free(pages[b]);
    free(pages);
}

// Everything in one call.
static float *attend_whole(const bn_kernels *table, bn_attention_arguments a, size_t count) {
    a.out = new_floats(count);
    memset(a.out, 0, count * sizeof *a.out);
    a.scratch = new_floats(bn_attention_scratch(a.tokens * a.heads, a.stride));
    table->attention(&a);
    free(a.scratch);
    return a.out;
}

// Runs of blocks in any order, then the merge.
static float *attend_in_runs(const bn_kernels *table, bn_attention_arguments a, size_t count) {
    size_t rows = a.tokens * a.heads, blocks = a.end_block, run = 1 + random_below(blocks);
    a.out = new_floats(count);
    memset(a.out, 0, count * sizeof *a.out);
    a.scratch = new_floats(bn_attention_scratch(rows, a.stride));
    a.partials = new_floats(rows * blocks * (a.stride + BN_LANES));
    for (size_t end = blocks; end > 0; end = a.first_block) {
        a.end_block = end;
        a.first_block = end > run ? end - run : 0;
        table->attention(&a);
    }
    table->merge_attention(&a);
    free(a.partials);
    free(a.scratch);
    return a.out;
}

// Each token alone must give what the tokens together give.
static void check_tokens_alone(const kernel_suite *suite, bn_attention_arguments a,
                               const float *expected) {
    size_t width = a.heads * a.head_dim, tokens = a.tokens;
    a.tokens = 1;
    for (size_t t = 0; t < tokens; t++, a.positions++, a.queries += a.query_stride) {
        a.end_block = bn_attention_blocks(a.positions);
        float *actual = attend_whole(suite->reference, a, width);
        expect_same_floats(suite->reference, "a token alone", expected + t * a.out_stride, actual,
                           width);
        free(actual);
    }
}

static void check_shape(const kernel_suite *suite, shape s) {
    static const char *const names[] = {"f32", "f16", "i8"};
    size_t stride = round_up(s.head_dim);
    uint8_t **pages = make_pages(suite->reference, &s);
    size_t query_stride = s.heads * stride + BN_LANES, out_stride = s.heads * s.head_dim + 3;
    float *queries = make_rows(s.tokens * query_stride / stride + 1, stride, s.head_dim);
    for (size_t t = 0; t < s.tokens; t++) {
        float *heads = make_rows(s.heads, stride, s.head_dim);
        memcpy(queries + t * query_stride, heads, s.heads * stride * sizeof *heads);
        free(heads);
    }
    bn_attention_arguments a = {.queries = queries,
                                .query_stride = query_stride,
                                .tokens = s.tokens,
                                .heads = s.heads,
                                .format = s.format,
                                .pages = (const uint8_t *const *)pages,
                                .offset = SPARE_BYTES,
                                .positions = s.positions,
                                .end_block = bn_attention_blocks(s.positions + s.tokens - 1),
                                .stride = stride,
                                .head_dim = s.head_dim,
                                .scale = s.scale,
                                .out_stride = out_stride};
    char what[96];
    snprintf(what, sizeof what, "attention %s %zu tokens, %zu heads, %zu positions, head size %zu",
             names[s.format], s.tokens, s.heads, s.positions, s.head_dim);
    size_t count = s.tokens * out_stride;
    float *expected = attend_whole(suite->reference, a, count);
    for (size_t i = 0; i < suite->count; i++) {
        float *whole = attend_whole(suite->tables[i], a, count);
        float *runs = attend_in_runs(suite->tables[i], a, count);
        expect_same_floats(suite->tables[i], what, expected, whole, count);
        expect_same_floats(suite->tables[i], what, expected, runs, count);
        free(runs);
        free(whole);
    }
    check_tokens_alone(suite, a, expected);
    free(expected);
    free(queries);
    free_pages(pages, &s);
}

static void check_coding(const kernel_suite *suite) {
    for (size_t count = 0; count <= 70; count++) {
        float *x = new_floats(count + 1), scale, expected_scale;
        if (count % 7 == 1) x[0] = NAN;
        if (count % 11 == 2) memset(x, 0, count * sizeof *x);
        int8_t *expected = new_buffer(count + 1), *actual = new_buffer(count + 1);
        suite->reference->to_int8(x, count, expected, &expected_scale);
        for (size_t i = 0; i < suite->count; i++) {
            suite->tables[i]->to_int8(x, count, actual, &scale);
            expect_same_bytes(suite->tables[i], "to_int8", expected, actual, count);
            expect_same_floats(suite->tables[i], "to_int8's scale", &expected_scale, &scale, 1);
        }
        free(actual);
        free(expected);
        free(x);
    }
}

// Products that reach the bounds of the integer sums: all codes 127, all weights alike.
static void check_largest_sums(const kernel_suite *suite, size_t head_dim) {
    size_t stride = round_up(head_dim), pitch = bn_cache_block_bytes(BN_CACHE_I8, stride);
    uint8_t *cache = new_buffer(pitch);
    const uint8_t *page = cache;
    memset(cache, 127, pitch);
    float *scales = (float *)(void *)(cache + pitch) - 2 * BN_ATTENTION_BLOCK;
    for (size_t j = 0; j < 2 * BN_ATTENTION_BLOCK; j++)
        scales[j] = 1.0f / 127;
    float *queries = new_floats(stride);
    for (size_t d = 0; d < stride; d++)
        queries[d] = d < head_dim ? 1 : 0;
    bn_attention_arguments a = {.queries = queries,
                                .query_stride = stride,
                                .tokens = 1,
                                .heads = 1,
                                .format = BN_CACHE_I8,
                                .pages = &page,
                                .positions = BN_ATTENTION_BLOCK,
                                .end_block = 1,
                                .stride = stride,
                                .head_dim = head_dim,
                                .scale = 0.125f,
                                .out_stride = head_dim};
    for (size_t i = 0; i < suite->count; i++) {
        float *out = attend_whole(suite->tables[i], a, head_dim);
        for (size_t d = 0; d < head_dim; d++)
            expect_true("the largest sums are exact", fabsf(out[d] - 1) < 1e-6f);
        free(out);
    }
    free(queries);
    free(cache);
}

void check_attention(const kernel_suite *suite) {
    static const size_t heads[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const size_t positions[] = {1,  2,  3,   4,   5,   15,  16,  17,  31,
                                       32, 33, 100, 255, 256, 257, 300, 511, 513};
    static const size_t head_sizes[] = {8, 16, 32, 48, 64, 80, 96, 128};
    static const size_t tokens[] = {1, 1, 2, 3, 5, 9};
    for (int i = 0; i < 150; i++)
        check_shape(
            suite,
            (shape){.format = (bn_cache_format)(i % 3),
                    .tokens = random_choice(tokens, sizeof tokens / sizeof *tokens),
                    .heads = random_choice(heads, sizeof heads / sizeof *heads),
                    .positions = random_choice(positions, sizeof positions / sizeof *positions),
                    .head_dim = random_choice(head_sizes, sizeof head_sizes / sizeof *head_sizes),
                    .scale = i % 4 ? 0.125f : 20.0f});
    for (int format = BN_CACHE_F32; format <= BN_CACHE_I8; format++) {
        check_shape(suite, (shape){(bn_cache_format)format, 1, 4, 600, 128, 0.0884f});
        check_shape(suite, (shape){(bn_cache_format)format, 8, 1, 600, 64, 0.125f});
        check_shape(suite, (shape){(bn_cache_format)format, 1, 2, 300, 256, 0.0625f});
        check_shape(suite, (shape){(bn_cache_format)format, 1, 65, 3, 16, 0.25f});
    }
    check_shape(suite, (shape){BN_CACHE_I8, 1, 1, 20, 1040, 0.03f});
    check_largest_sums(suite, 512);
    check_largest_sums(suite, 1024);
    check_coding(suite);
}
