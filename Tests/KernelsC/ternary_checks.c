// Ternary products against sums over the unpacked weights, and packing there and back.
#include "support.h"

typedef struct {
    size_t rows, columns, tokens, out_stride;
    bool accumulate, extreme;
} ternary_shape;

typedef struct {
    uint8_t *values; // [rows][columns] weight + 1
    uint8_t *groups; // the kernels' layout
} ternary_weights;

static ternary_weights make_weights(const ternary_shape *shape) {
    size_t row_bytes = shape->columns / 4, groups = (shape->rows + 15) / 16;
    ternary_weights weights = {.values = new_buffer(shape->rows * shape->columns),
                               .groups = new_buffer(groups * 16 * row_bytes)};
    uint8_t *packed = new_buffer(shape->rows * row_bytes);
    for (size_t i = 0; i < shape->rows * shape->columns; i++)
        weights.values[i] = shape->extreme ? 2 : (uint8_t)random_below(3);
    bn_encode_i2_s(weights.values, shape->rows * shape->columns / 128, packed);
    for (size_t group = 0; group < groups; group++) {
        const uint8_t *rows[16] = {0};
        size_t count = shape->rows - 16 * group < 16 ? shape->rows - 16 * group : 16;
        for (size_t i = 0; i < count; i++)
            rows[i] = packed + (16 * group + i) * row_bytes;
        uint8_t *out = weights.groups + group * 16 * row_bytes;
        bn_ternary_interleave(rows, count, row_bytes / 4, row_bytes / 4, out);
        uint8_t *row = new_buffer(row_bytes);
        for (size_t i = 0; i < count; i++) {
            bn_ternary_deinterleave(out, i, row_bytes / 4, row);
            expect_true("deinterleaving undoes interleaving", !memcmp(row, rows[i], row_bytes));
        }
        free(row);
    }
    expect_true("packed weights are valid",
                !bn_ternary_has_invalid(packed, shape->rows * row_bytes));
    free(packed);
    return weights;
}

static int8_t random_code(const ternary_shape *shape, bool negative) {
    if (shape->extreme) return negative ? -127 : 127;
    return (int8_t)((int)random_below(255) - 127);
}

// What the kernels must give, from the definition.
static void expected_product(const bn_ternary_matmul_arguments *a, const uint8_t *values,
                             float *out) {
    for (size_t t = 0; t < a->tokens; t++) {
        for (size_t r = 0; r < a->rows; r++) {
            int32_t sum = 0;
            for (size_t k = 0; k < a->columns; k++)
                sum += (values[r * a->columns + k] - 1) * a->codes[t * a->columns + k];
            float value = (float)sum * a->factors[t];
            float *target = out + t * a->out_stride + r;
            *target = a->accumulate ? *target + value : value;
        }
    }
}

static void check_shape(const kernel_suite *suite, const ternary_shape *shape) {
    ternary_weights weights = make_weights(shape);
    int8_t *codes = new_buffer(shape->tokens * shape->columns);
    int32_t *sums = new_buffer(shape->tokens * sizeof *sums);
    float *factors = new_floats(shape->tokens);
    for (size_t t = 0; t < shape->tokens; t++) {
        sums[t] = 0;
        for (size_t k = 0; k < shape->columns; k++) {
            codes[t * shape->columns + k] = random_code(shape, t & 1);
            sums[t] += codes[t * shape->columns + k];
        }
    }
    size_t out_count = shape->tokens * shape->out_stride;
    float *before = new_floats(out_count);
    bn_ternary_matmul_arguments a = {.weights = weights.groups,
                                     .rows = shape->rows,
                                     .columns = shape->columns,
                                     .codes = codes,
                                     .tokens = shape->tokens,
                                     .sums = sums,
                                     .factors = factors,
                                     .out_stride = shape->out_stride,
                                     .accumulate = shape->accumulate};
    float *expected = copy_buffer(before, out_count * sizeof *before);
    expected_product(&a, weights.values, expected);
    char what[96];
    snprintf(what, sizeof what, "ternary_matmul %zu x %zu, %zu tokens%s", shape->rows,
             shape->columns, shape->tokens, shape->accumulate ? ", added" : "");
    for (size_t i = 0; i < suite->count; i++) {
        a.out = copy_buffer(before, out_count * sizeof *before);
        suite->tables[i]->ternary_matmul(&a);
        expect_same_floats(suite->tables[i], what, expected, a.out, out_count);
        free(a.out);
    }
    free(expected);
    free(before);
    free(factors);
    free(sums);
    free(codes);
    free(weights.groups);
    free(weights.values);
}

void check_ternary(const kernel_suite *suite) {
    static const size_t rows[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 49};
    static const size_t columns[] = {128, 256, 384, 512, 640, 1024, 1152};
    static const size_t tokens[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 31, 32, 33};
    for (int i = 0; i < 120; i++) {
        ternary_shape shape = {.rows = random_choice(rows, sizeof rows / sizeof *rows),
                               .columns = random_choice(columns, sizeof columns / sizeof *columns),
                               .tokens = random_choice(tokens, sizeof tokens / sizeof *tokens),
                               .accumulate = random_below(2)};
        shape.out_stride = shape.rows + random_below(3);
        check_shape(suite, &shape);
    }
    // The largest sums that can occur, in case a narrow partial sum overflows.
    for (size_t count = 1; count <= 5; count++)
        check_shape(suite, &(ternary_shape){.rows = 17,
                                            .columns = 1024 * count,
                                            .tokens = count,
                                            .out_stride = 17,
                                            .extreme = true});
    uint8_t invalid[3] = {0xAA, 0x55, 0x0C};
    expect_true("the code 3 is found", bn_ternary_has_invalid(invalid, 3));
    expect_true("the codes 1 and 2 are valid", !bn_ternary_has_invalid(invalid, 2));
}
