// Attention over float32 and float16 caches against the reference table.
#include "support.h"

static size_t round_up(size_t value) { return (value + BN_LANES - 1) / BN_LANES * BN_LANES; }

// [positions][stride], zero beyond head_dim, float32 or float16.
static void *make_cache(const bn_kernels *reference, bool half, size_t positions, size_t stride,
                        size_t head_dim) {
    float *values = new_floats(positions * stride);
    for (size_t i = 0; i < positions * stride; i++)
        if (i % stride >= head_dim) values[i] = 0;
    if (!half) return values;
    uint16_t *halves = new_buffer(positions * stride * sizeof *halves);
    reference->to_half(values, halves, positions * stride);
    free(values);
    return halves;
}

static void check_shape(const kernel_suite *suite, bool half, size_t heads, size_t positions,
                        size_t head_dim, float scale) {
    size_t stride = round_up(head_dim), out_count = heads * head_dim;
    bn_attention_arguments a = {
        .queries = make_cache(suite->reference, false, heads, stride, head_dim),
        .heads = heads,
        .keys = make_cache(suite->reference, half, positions, stride, head_dim),
        .values = make_cache(suite->reference, half, positions, stride, head_dim),
        .half = half,
        .positions = positions,
        .stride = stride,
        .head_dim = head_dim,
        .scale = scale};
    char what[96];
    snprintf(what, sizeof what, "attention %s %zu heads, %zu positions, head size %zu",
             half ? "f16" : "f32", heads, positions, head_dim);
    float *expected = new_floats(out_count);
    a.out = expected;
    a.scores = new_floats(heads * round_up(positions));
    suite->reference->attention(&a);
    free(a.scores);
    for (size_t i = 0; i < suite->count; i++) {
        a.out = new_floats(out_count);
        a.scores = new_floats(heads * round_up(positions));
        suite->tables[i]->attention(&a);
        expect_same_floats(suite->tables[i], what, expected, a.out, out_count);
        free(a.scores);
        free(a.out);
    }
    free(expected);
    free((void *)a.values);
    free((void *)a.keys);
    free((void *)a.queries);
}

void check_attention(const kernel_suite *suite) {
    static const size_t heads[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const size_t positions[] = {1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 100};
    static const size_t head_sizes[] = {8, 16, 32, 48, 64, 80, 96, 128};
    for (int i = 0; i < 120; i++)
        check_shape(suite, i & 1, random_choice(heads, sizeof heads / sizeof *heads),
                    random_choice(positions, sizeof positions / sizeof *positions),
                    random_choice(head_sizes, sizeof head_sizes / sizeof *head_sizes),
                    i % 3 ? 0.125f : 20.0f);
    check_shape(suite, false, 65, 3, 16, 0.25f);
}
