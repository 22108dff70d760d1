// Dense products in every storage format against the reference table.
#include "support.h"

typedef struct {
    bn_dense_format format;
    const char *name;
    size_t block, block_bytes; // columns and bytes of one block
} dense_layout;

static const dense_layout layouts[] = {
    {BN_DENSE_F32, "F32", 1, 4},     {BN_DENSE_F16, "F16", 1, 2},
    {BN_DENSE_BF16, "BF16", 1, 2},   {BN_DENSE_Q8_0, "Q8_0", 32, 34},
    {BN_DENSE_Q4_0, "Q4_0", 32, 18}, {BN_DENSE_Q6_K, "Q6_K", 256, 210},
};

// A finite binary16 below 2.
static uint16_t random_half(void) { return (uint16_t)(random_bits() & 0xBFFF); }

static void fill_block(const dense_layout *layout, uint8_t *block) {
    uint16_t half = random_half();
    float value = random_float();
    for (size_t i = 0; i < layout->block_bytes; i++)
        block[i] = (uint8_t)random_bits();
    switch (layout->format) {
    case BN_DENSE_F32: memcpy(block, &value, 4); break;
    case BN_DENSE_BF16: memcpy(block, (uint8_t *)&value + 2, 2); break;
    case BN_DENSE_Q6_K: memcpy(block + 208, &half, 2); break;
    default: memcpy(block, &half, 2); break;
    }
}

static void check_shape(const kernel_suite *suite, const dense_layout *layout, size_t rows,
                        size_t columns, size_t tokens, bool accumulate) {
    size_t row_bytes = columns / layout->block * layout->block_bytes;
    uint8_t *weights = new_buffer(rows * row_bytes);
    for (size_t i = 0; i < rows * row_bytes; i += layout->block_bytes)
        fill_block(layout, weights + i);
    size_t x_stride = columns + random_below(3), out_stride = rows + random_below(3);
    float *x = new_floats(tokens * x_stride);
    size_t out_count = tokens * out_stride;
    float *before = new_floats(out_count);
    float *expected = copy_buffer(before, out_count * sizeof *before);
    bn_dense_matmul_arguments a = {.weights = weights,
                                   .format = layout->format,
                                   .row_bytes = row_bytes,
                                   .rows = rows,
                                   .columns = columns,
                                   .x = x,
                                   .x_stride = x_stride,
                                   .tokens = tokens,
                                   .out = expected,
                                   .out_stride = out_stride,
                                   .accumulate = accumulate};
    suite->reference->dense_matmul(&a);
    char what[96];
    snprintf(what, sizeof what, "dense_matmul %s %zu x %zu, %zu tokens", layout->name, rows,
             columns, tokens);
    for (size_t i = 0; i < suite->count; i++) {
        a.stream = random_stream();
        a.out = copy_buffer(before, out_count * sizeof *before);
        suite->tables[i]->dense_matmul(&a);
        expect_same_floats(suite->tables[i], what, expected, a.out, out_count);
        free(a.out);
    }
    free(expected);
    free(before);
    free(x);
    free(weights);
}

// The row's values, by the codecs.
static void decode_row(const dense_layout *layout, const uint8_t *row, size_t columns,
                       float *weights) {
    size_t blocks = columns / layout->block;
    switch (layout->format) {
    case BN_DENSE_F32: memcpy(weights, row, 4 * columns); break;
    case BN_DENSE_F16: bn_decode_float16(row, columns, weights); break;
    case BN_DENSE_BF16: bn_decode_bfloat16(row, columns, weights); break;
    case BN_DENSE_Q8_0: bn_decode_q8_0(row, blocks, weights); break;
    case BN_DENSE_Q4_0: bn_decode_q4_0(row, blocks, weights); break;
    case BN_DENSE_Q6_K: bn_decode_q6_k(row, blocks, weights); break;
    }
}

// The reference itself: decoded rows times x in double, within the error of a float sum.
static void check_against_decoding(const kernel_suite *suite, const dense_layout *layout) {
    size_t columns = 512, row_bytes = columns / layout->block * layout->block_bytes;
    uint8_t *row = new_buffer(row_bytes);
    for (size_t i = 0; i < row_bytes; i += layout->block_bytes)
        fill_block(layout, row + i);
    float *x = new_floats(columns), *weights = new_floats(columns), out;
    decode_row(layout, row, columns, weights);
    double sum = 0, magnitude = 0;
    for (size_t k = 0; k < columns; k++) {
        sum += (double)weights[k] * (double)x[k];
        magnitude += fabs((double)weights[k] * (double)x[k]);
    }
    bn_dense_matmul_arguments a = {.weights = row,
                                   .format = layout->format,
                                   .row_bytes = row_bytes,
                                   .rows = 1,
                                   .columns = columns,
                                   .x = x,
                                   .x_stride = columns,
                                   .tokens = 1,
                                   .out = &out,
                                   .out_stride = 1};
    suite->reference->dense_matmul(&a);
    expect_true("a dense product equals the sum in double precision",
                fabs((double)out - sum) <= 32 * 0x1p-24 * magnitude);
    free(weights);
    free(x);
    free(row);
}

// A width in whole blocks.
static size_t in_blocks(const dense_layout *layout, size_t columns) {
    return (columns + layout->block - 1) / layout->block * layout->block;
}

// Every edge of the register tile (3 or 4 rows, 4 tokens) and of 16 rows of a single token.
static void check_tile_edges(const kernel_suite *suite, const dense_layout *layout) {
    static const size_t rows[] = {1, 2, 3, 4, 5, 6, 15, 16, 17, 35}, tokens[] = {1, 2, 3, 4, 5, 6};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++)
            check_shape(suite, layout, rows[r], in_blocks(layout, 33), tokens[t], (r + t) % 2);
}

// Rows of one panel of 768 columns, two and several, with and without a rest; blocks of 64 tokens,
// and of fewer where rows are wide.
static void check_panel_edges(const kernel_suite *suite, const dense_layout *layout) {
    static const size_t widths[] = {736, 767, 768, 769, 800, 1535, 1536, 1537, 2305};
    static const size_t tokens[] = {1, 2, 5, 16};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        check_shape(suite, layout, 4, in_blocks(layout, widths[w]), tokens[w % 4], w % 2);
    static const size_t blocks[] = {31, 32, 33, 63, 64, 65, 67, 129};
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
        check_shape(suite, layout, 4, in_blocks(layout, 65), blocks[b], b % 2);
    check_shape(suite, layout, 4, in_blocks(layout, 801), 66, true);
    check_shape(suite, layout, 4, in_blocks(layout, 3001), 45, false);
    check_shape(suite, layout, 2, in_blocks(layout, 5001), 34, true);
}

void check_dense(const kernel_suite *suite) {
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9};
    static const size_t widths[] = {1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 256, 511, 512};
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++) {
        const dense_layout *layout = &layouts[l];
        check_against_decoding(suite, layout);
        check_tile_edges(suite, layout);
        check_panel_edges(suite, layout);
        for (int i = 0; i < 30; i++) {
            size_t columns = random_choice(widths, sizeof widths / sizeof *widths);
            check_shape(suite, layout, random_choice(counts, 9), in_blocks(layout, columns),
                        random_choice(counts, 9), random_below(2));
        }
    }
}
