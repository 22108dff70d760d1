// Ternary products against sums over the unpacked weights, and the layouts there and back.
#include "support.h"

typedef struct {
    size_t rows, columns, tokens, out_stride;
    bool accumulate, extreme;
} ternary_shape;

// Real sizes, and the same weights in every form.
typedef struct {
    size_t rows, columns, padded_rows, padded_columns;
    uint8_t *values; // [rows][padded_columns] weight + 1, 0 in the padding
    // Of each packing: [rows][bytes of a row] and [padded_columns][bytes of a column].
    uint8_t *by_rows[2], *by_columns[2];
    size_t row_bytes[2], column_bytes[2];
} ternary_weights;

static size_t round_up(size_t value, size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

// Both packings of a row, there and back, code by code.
static void check_layouts(const ternary_weights *w) {
    uint8_t *codes = new_buffer(w->padded_columns), *lines = new_buffer(w->padded_columns / 4);
    size_t count = w->padded_columns / BN_LINE_CODES, bad[4] = {0};
    for (size_t r = 0; r < w->rows; r++) {
        const uint8_t *values = w->values + r * w->padded_columns;
        const uint8_t *twobit = w->by_rows[BN_PACK_2BIT] + r * w->row_bytes[BN_PACK_2BIT];
        const uint8_t *base3 = w->by_rows[BN_PACK_BASE3] + r * w->row_bytes[BN_PACK_BASE3];
        bn_ternary_line_codes(twobit, count, codes);
        bad[0] += memcmp(codes, values, w->padded_columns) != 0;
        bn_ternary_lines_from_base3(base3, count, lines);
        bad[1] += memcmp(lines, twobit, w->padded_columns / 4) != 0;
        for (size_t k = 0; k < w->padded_columns; k++) {
            bad[2] += bn_ternary_code(twobit, BN_PACK_2BIT, k) != values[k];
            bad[3] += bn_ternary_code(base3, BN_PACK_BASE3, k) != values[k];
        }
    }
    expect_true("lines hold the codes that were packed", bad[0] == 0);
    expect_true("lines in base 3 hold those that were packed", bad[1] == 0);
    expect_true("single codes of lines are those of the whole", bad[2] == 0 && bad[3] == 0);
    expect_true("packed weights are valid",
                !bn_ternary_has_invalid(w->by_rows[0], w->rows * w->padded_columns / 4));
    free(lines);
    free(codes);
}

static ternary_weights make_weights(const ternary_shape *shape) {
    ternary_weights w = {.rows = shape->rows,
                         .columns = shape->columns,
                         .padded_rows = round_up(shape->rows, BN_LINE_CODES),
                         .padded_columns = round_up(shape->columns, BN_LINE_CODES)};
    size_t row_lines = w.padded_columns / BN_LINE_CODES;
    size_t column_lines = w.padded_rows / BN_LINE_CODES;
    w.values = new_buffer(w.rows * w.padded_columns + 1);
    for (int p = 0; p < 2; p++) {
        w.row_bytes[p] = bn_packed_bytes(p ? BN_PACK_BASE3 : BN_PACK_2BIT, row_lines);
        w.column_bytes[p] = bn_packed_bytes(p ? BN_PACK_BASE3 : BN_PACK_2BIT, column_lines);
        w.by_rows[p] = new_buffer(w.rows * w.row_bytes[p] + 1);
        w.by_columns[p] = new_buffer(w.padded_columns * w.column_bytes[p] + 1);
    }
    uint8_t *blocks = new_buffer(shape->columns / 4 + 1);
    for (size_t r = 0; r < w.rows; r++) {
        uint8_t *values = w.values + r * w.padded_columns;
        uint8_t *lines = w.by_rows[0] + r * w.row_bytes[0];
        memset(values, 0, w.padded_columns);
        for (size_t k = 0; k < w.columns; k++)
            values[k] = shape->extreme ? 2 : (uint8_t)random_below(3);
        bn_encode_i2_s(values, shape->columns / 128, blocks);
        bn_ternary_lines_from_i2_s(blocks, shape->columns / 128, lines);
        bn_ternary_base3_from_lines(lines, row_lines, w.by_rows[1] + r * w.row_bytes[1]);
    }
    for (size_t r = 0; r < w.rows; r += BN_LINE_CODES)
        bn_ternary_transpose(w.by_rows[0] + r * w.row_bytes[0],
                             w.rows - r < BN_LINE_CODES ? w.rows - r : BN_LINE_CODES,
                             w.row_bytes[0], row_lines, w.by_columns[0] + r / 4, w.column_bytes[0]);
    for (size_t k = 0; k < w.padded_columns; k++)
        bn_ternary_base3_from_lines(w.by_columns[0] + k * w.column_bytes[0], column_lines,
                                    w.by_columns[1] + k * w.column_bytes[1]);
    free(blocks);
    check_layouts(&w);
    return w;
}

static void free_weights(ternary_weights *w) {
    for (int p = 0; p < 2; p++) {
        free(w->by_columns[p]);
        free(w->by_rows[p]);
    }
    free(w->values);
}

// Codes of `tokens` tokens, their sums, and the tiles that the reference packs.
typedef struct {
    int8_t *codes, *packed;
    int32_t *sums;
    float *factors;
} activations;

static int8_t random_code(const ternary_shape *shape, bool negative) {
    if (shape->extreme) return negative ? -127 : 127;
    return random_below(3) ? (int8_t)((int)random_below(255) - 127) : 0;
}

static activations make_activations(const kernel_suite *suite, const ternary_shape *shape,
                                    size_t stride) {
    size_t size = shape->tokens * stride;
    activations x = {.codes = new_buffer(size + 1),
                     .packed = new_buffer(size + 1),
                     .sums = new_buffer(shape->tokens * sizeof(int32_t) + 1),
                     .factors = new_floats(shape->tokens)};
    memset(x.codes, 0, size);
    for (size_t t = 0; t < shape->tokens; t++) {
        x.sums[t] = 0;
        for (size_t k = 0; k < shape->columns; k++) {
            x.codes[t * stride + k] = random_code(shape, t & 1);
            x.sums[t] += x.codes[t * stride + k];
        }
    }
    int8_t *packed = new_buffer(size + 1);
    for (size_t i = 0; i < suite->count; i++) {
        memset(packed, 0x55, size);
        size_t tile = bn_tile_tokens(shape->tokens);
        for (size_t t = 0; t < shape->tokens; t += tile) {
            size_t count = shape->tokens - t < tile ? shape->tokens - t : tile;
            suite->reference->pack_tile(x.codes + t * stride, stride, count, stride,
                                        x.packed + t * stride);
            suite->tables[i]->pack_tile(x.codes + t * stride, stride, count, stride,
                                        packed + t * stride);
        }
        expect_same_bytes(suite->tables[i], "pack_tile", x.packed, packed, size);
    }
    free(packed);
    return x;
}

static void free_activations(activations *x) {
    free(x->factors);
    free(x->sums);
    free(x->packed);
    free(x->codes);
}

// What the kernels must give, from the definition; columns from a->columns on have code 0.
static void expected_product(const bn_ternary_matmul_arguments *a, const ternary_weights *w,
                             float *out) {
    for (size_t t = 0; t < a->tokens; t++) {
        for (size_t r = 0; r < a->rows; r++) {
            const uint8_t *values =
                w->values + (BN_LINE_CODES * a->first_line + r) * w->padded_columns;
            int32_t sum = 0;
            for (size_t k = 0; k < w->columns; k++) {
                int code = k < a->columns ? values[k] : 0;
                sum += (code - 1) * a->codes[t * a->code_stride + k];
            }
            float value = (float)sum * a->factors[t];
            float *target = out + t * a->out_stride + r;
            *target = a->accumulate ? *target + value : value;
        }
    }
}

// Every other row or so, token 0.
static void check_some_rows(const kernel_suite *suite, bn_ternary_matmul_arguments a,
                            const float *before, const float *expected, size_t out_count) {
    uint32_t *rows = new_buffer(a.rows * sizeof *rows + 1);
    size_t count = 0;
    float *target = copy_buffer(before, out_count * sizeof *before);
    for (size_t r = 0; r < a.rows; r++) {
        if (random_below(2)) continue;
        rows[count++] = (uint32_t)r;
        target[r] = expected[r];
    }
    for (size_t i = 0; i < suite->count; i++) {
        a.out = copy_buffer(before, out_count * sizeof *before);
        a.stream = random_stream();
        suite->tables[i]->ternary_rows(&a, rows, count);
        expect_same_floats(suite->tables[i], "ternary_rows", target, a.out, out_count);
        free(a.out);
    }
    free(target);
    free(rows);
}

static void check_matmul(const kernel_suite *suite, const ternary_shape *shape,
                         const ternary_weights *w, const activations *x, bool by_columns,
                         bn_ternary_packing packing) {
    size_t out_count = shape->tokens * shape->out_stride;
    float *before = new_floats(out_count);
    bn_ternary_matmul_arguments a = {
        .weights = by_columns ? w->by_columns[packing] : w->by_rows[packing],
        .packing = packing,
        .stride = by_columns ? w->column_bytes[packing] : w->row_bytes[packing],
        .rows = w->rows,
        .columns = by_columns ? w->columns - 4 * random_below(3) : w->padded_columns,
        .codes = x->codes,
        .code_stride = w->padded_columns,
        .packed = x->packed,
        .tokens = shape->tokens,
        .sums = x->sums,
        .factors = x->factors,
        .out_stride = shape->out_stride,
        .accumulate = shape->accumulate};
    if (by_columns && w->rows > BN_LINE_CODES) a.first_line = random_below(w->padded_rows / 256);
    a.rows -= BN_LINE_CODES * a.first_line;
    float *expected = copy_buffer(before, out_count * sizeof *before);
    expected_product(&a, w, expected);
    char what[96];
    snprintf(what, sizeof what, "ternary_matmul%s%s %zu x %zu, %zu tokens%s",
             by_columns ? "_by_columns" : "", packing ? " base 3" : "", shape->rows, shape->columns,
             shape->tokens, shape->accumulate ? ", added" : "");
    for (size_t i = 0; i < suite->count; i++) {
        a.out = copy_buffer(before, out_count * sizeof *before);
        a.stream = random_stream();
        if (by_columns) {
            suite->tables[i]->ternary_matmul_by_columns(&a);
        } else {
            suite->tables[i]->ternary_matmul(&a);
        }
        expect_same_floats(suite->tables[i], what, expected, a.out, out_count);
        free(a.out);
    }
    if (!by_columns && shape->tokens > 0) check_some_rows(suite, a, before, expected, out_count);
    free(expected);
    free(before);
}

// The columns whose activation is not zero, found by list_nonzero, against all columns.
static void check_columns(const kernel_suite *suite, const ternary_shape *shape,
                          const ternary_weights *w, const activations *x,
                          bn_ternary_packing packing) {
    if (shape->tokens == 0) return;
    uint32_t *inputs = new_buffer(w->padded_columns * sizeof *inputs);
    int8_t *values = new_buffer(w->padded_columns);
    int32_t *expected = new_buffer(w->padded_rows * sizeof *expected + 1);
    int32_t *sums = new_buffer(w->padded_rows * sizeof *sums + 1);
    for (size_t r = 0; r < w->padded_rows; r++) {
        expected[r] = (int32_t)r;
        for (size_t k = 0; r < w->rows && k < w->columns; k++)
            expected[r] += w->values[r * w->padded_columns + k] * x->codes[k];
    }
    for (size_t i = 0; i < suite->count; i++) {
        size_t count = suite->tables[i]->list_nonzero(x->codes, w->columns, inputs, values), at = 0;
        for (size_t k = 0; k < w->columns; k++)
            if (x->codes[k]) at += at < count && inputs[at] == k && values[at] == x->codes[k];
        expect_true("list_nonzero finds every code that is not zero", at == count);
        for (size_t r = 0; r < w->padded_rows; r++)
            sums[r] = (int32_t)r;
        bn_ternary_columns_arguments a = {.weights = w->by_columns[packing],
                                          .packing = packing,
                                          .stride = w->column_bytes[packing],
                                          .outputs = w->padded_rows,
                                          .inputs = inputs,
                                          .values = values,
                                          .count = count,
                                          .listed = count,
                                          .sums = sums,
                                          .stream = random_stream()};
        suite->tables[i]->ternary_columns(&a);
        expect_same_bytes(suite->tables[i], "ternary_columns", expected, sums,
                          w->padded_rows * sizeof *sums);
    }
    free(sums);
    free(expected);
    free(values);
    free(inputs);
}

static void check_shape(const kernel_suite *suite, const ternary_shape *shape) {
    ternary_weights weights = make_weights(shape);
    activations x = make_activations(suite, shape, weights.padded_columns);
    for (int p = 0; p < 2; p++) {
        bn_ternary_packing packing = p ? BN_PACK_BASE3 : BN_PACK_2BIT;
        check_matmul(suite, shape, &weights, &x, false, packing);
        check_matmul(suite, shape, &weights, &x, true, packing);
        check_columns(suite, shape, &weights, &x, packing);
    }
    free_activations(&x);
    free_weights(&weights);
}

static void check_list_positive(const kernel_suite *suite, size_t count) {
    float *values = new_floats(count);
    for (size_t i = 0; i < count; i++)
        if (!random_below(8)) values[i] = random_below(2) ? 0.0f : NAN;
    uint32_t *expected = new_buffer(count * sizeof *expected + 1);
    uint32_t *indices = new_buffer(count * sizeof *indices + 1);
    size_t found = suite->reference->list_positive(values, count, 7, expected);
    for (size_t i = 0; i < suite->count; i++) {
        expect_true("list_positive counts alike",
                    suite->tables[i]->list_positive(values, count, 7, indices) == found);
        expect_same_bytes(suite->tables[i], "list_positive", expected, indices,
                          found * sizeof *indices);
    }
    free(indices);
    free(expected);
    free(values);
}

void check_ternary(const kernel_suite *suite) {
    static const size_t rows[] = {0, 1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 300};
    static const size_t columns[] = {128,  256,  384,  512,  640,  1024, 1152,
                                     1664, 2048, 2304, 2560, 2816, 5248};
    static const size_t tokens[] = {0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 24, 31, 49, 250};
    for (int i = 0; i < 150; i++) {
        ternary_shape shape = {.rows = random_choice(rows, sizeof rows / sizeof *rows),
                               .columns = random_choice(columns, sizeof columns / sizeof *columns),
                               .tokens = random_choice(tokens, sizeof tokens / sizeof *tokens),
                               .accumulate = random_below(2)};
        // The plain loops of the reference are slow under the sanitizers.
        if (shape.tokens > 24 && shape.columns > 640) shape.columns = 640;
        if (shape.rows > 70 && shape.tokens > 13) shape.rows = 33;
        shape.out_stride = shape.rows + random_below(3);
        check_shape(suite, &shape);
        check_list_positive(suite, shape.rows);
    }
    // Columns of more than a group of lines.
    for (size_t count = 4; count <= 11; count++)
        check_shape(suite, &(ternary_shape){.rows = 256 * count - random_below(200),
                                            .columns = 128 + 256 * random_below(2),
                                            .tokens = count % 4 * 3 + 1,
                                            .out_stride = 256 * count});
    // The widths of the largest shapes.
    for (size_t count = 1; count <= 2; count++)
        check_shape(suite, &(ternary_shape){.rows = 3,
                                            .columns = count == 1 ? 8192 : 45568,
                                            .tokens = 2 * count - 1,
                                            .out_stride = 3,
                                            .extreme = count == 2});
    // The largest sums that can occur, in case a narrow partial sum overflows.
    for (size_t count = 1; count <= 6; count++)
        check_shape(suite, &(ternary_shape){.rows = 33,
                                            .columns = 1024 * count,
                                            .tokens = count,
                                            .out_stride = 33,
                                            .extreme = true});
    uint8_t invalid[3] = {0xAA, 0x55, 0x0C};
    expect_true("the code 3 is found", bn_ternary_has_invalid(invalid, 3));
    expect_true("the codes 1 and 2 are valid", !bn_ternary_has_invalid(invalid, 2));
}
