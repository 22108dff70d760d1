// Ternary products as plain loops: the meaning of the layouts.
#include "scalar.h"

static void store(const bn_ternary_matmul_arguments *a, size_t row, size_t t, int32_t sum) {
    float value = (float)(sum - a->sums[t]) * a->factors[t];
    float *out = a->out + t * a->out_stride + row;
    *out = a->accumulate ? *out + value : value;
}

static void row_product(const bn_ternary_matmul_arguments *a, size_t row, size_t t) {
    int32_t sum = 0;
    for (size_t k = 0; k < a->columns; k++)
        sum += bn_ternary_code(a->weights + row * a->stride, a->packing, k) *
               a->codes[t * a->code_stride + k];
    store(a, row, t, sum);
}

void bn_pack_tile_scalar(const int8_t *codes, size_t code_stride, size_t tokens, size_t columns,
                         int8_t *out) {
    for (size_t k = 0; k < columns; k += 4)
        for (size_t t = 0; t < tokens; t++)
            memcpy(out + (k / 4 * tokens + t) * 4, codes + t * code_stride + k, 4);
}

void bn_ternary_matmul_scalar(const bn_ternary_matmul_arguments *a) {
    for (size_t row = 0; row < a->rows; row++)
        for (size_t t = 0; t < a->tokens; t++)
            row_product(a, row, t);
}

void bn_ternary_rows_scalar(const bn_ternary_matmul_arguments *a, const uint32_t *rows,
                            size_t count) {
    for (size_t i = 0; i < count; i++)
        row_product(a, rows[i], 0);
}

void bn_ternary_matmul_by_columns_scalar(const bn_ternary_matmul_arguments *a) {
    for (size_t row = 0; row < a->rows; row++) {
        size_t place = bn_ternary_column_place(BN_LINE_CODES * a->first_line + row);
        for (size_t t = 0; t < a->tokens; t++) {
            int32_t sum = 0;
            for (size_t k = 0; k < a->columns; k++)
                sum += bn_ternary_code(a->weights + k * a->stride, a->packing, place) *
                       a->codes[t * a->code_stride + k];
            store(a, row, t, sum);
        }
    }
}

void bn_ternary_columns_scalar(const bn_ternary_columns_arguments *a) {
    for (size_t i = 0; i < a->count; i++)
        for (size_t o = 0; o < a->outputs; o++)
            a->sums[o] += bn_ternary_code(a->weights + a->inputs[i] * a->stride, a->packing,
                                          bn_ternary_column_place(o)) *
                          a->values[i];
}

size_t bn_list_positive_scalar(const float *values, size_t count, uint32_t first,
                               uint32_t *indices) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0) indices[found++] = first + (uint32_t)i;
    return found;
}

size_t bn_list_nonzero_scalar(const int8_t *codes, size_t count, uint32_t *indices,
                              int8_t *values) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (codes[i] == 0) continue;
        indices[found] = (uint32_t)i;
        values[found++] = codes[i];
    }
    return found;
}
