// Training kernels against the reference table, and products against the plain loop.
#include "support.h"

// ---- Products ----

static void plain_product(const bn_gemm_arguments *g) {
    for (size_t m = 0; m < g->rows; m++)
        for (size_t n = 0; n < g->columns; n++) {
            float *out = g->out + m * g->out_stride + n;
            float sum = g->accumulate ? *out : 0;
            for (size_t k = 0; k < g->depth; k++)
                sum = fmaf(g->a[m * g->a_row + k * g->a_step],
                           g->b[k * g->b_step + n * g->b_column], sum);
            *out = sum;
        }
}

// Floats of a matrix whose rows (or, transposed, columns) lie `gap` further apart than they must.
static float *new_matrix(size_t rows, size_t columns, bool transposed, size_t gap, size_t *row,
                         size_t *column) {
    size_t height = transposed ? columns : rows, width = transposed ? rows : columns;
    *row = transposed ? 1 : width + gap;
    *column = transposed ? width + gap : 1;
    return new_floats((height - 1) * (width + gap) + width);
}

static void check_product(const kernel_suite *suite, size_t rows, size_t depth, size_t columns) {
    bn_gemm_arguments g = {.rows = rows, .depth = depth, .columns = columns};
    float *a = new_matrix(rows, depth, random_below(2), random_below(3), &g.a_row, &g.a_step);
    float *b = new_matrix(depth, columns, random_below(2), random_below(3), &g.b_step, &g.b_column);
    g.a = a;
    g.b = b;
    g.accumulate = random_below(2);
    g.out_stride = columns + random_below(4);
    g.scratch = new_floats(BN_GEMM_SCRATCH);
    size_t count = (rows - 1) * g.out_stride + columns;
    float *before = new_floats(count), *expected = copy_buffer(before, count * sizeof *before);
    g.out = expected;
    plain_product(&g);
    char what[96];
    snprintf(what, sizeof what, "gemm %zu x %zu x %zu, steps %zu and %zu", rows, depth, columns,
             g.a_step, g.b_column);
    for (size_t i = 0; i < suite->count; i++) {
        g.out = copy_buffer(before, count * sizeof *before);
        suite->tables[i]->training->gemm(&g);
        expect_same_floats(suite->tables[i], what, expected, g.out, count);
        free(g.out);
    }
    free(expected);
    free(before);
    free(g.scratch);
    free(b);
    free(a);
}

static void check_products(const kernel_suite *suite) {
    static const size_t small[] = {1, 2, 3, 5, 6, 7, 12, 13, 16, 17, 31, 32, 33};
    static const size_t large[] = {95, 96, 97, 193, 255, 256, 257, 511, 512, 513, 600, 1030};
    size_t smalls = sizeof small / sizeof *small, larges = sizeof large / sizeof *large;
    for (int i = 0; i < 120; i++) {
        size_t shape[3];
        for (int j = 0; j < 3; j++)
            shape[j] = random_choice(small, smalls);
        if (i % 2) shape[random_below(3)] = random_choice(large, larges);
        check_product(suite, shape[0], shape[1], shape[2]);
    }
    check_product(suite, 100, 260, 520);
}

// ---- Attention ----

typedef struct {
    float *out, *statistics, *dq, *dk, *dv;
} attention_results;

static attention_results attend(const bn_training_kernels *kernels,
                                bn_training_attention_arguments g, size_t queries, size_t keys) {
    attention_results r = {new_floats(queries), new_floats(2 * g.heads * g.positions),
                           new_floats(queries), new_floats(keys), new_floats(keys)};
    // What is not computed stays.
    memset(r.out, 0, queries * sizeof(float));
    memset(r.dq, 0, queries * sizeof(float));
    memset(r.dk, 0, keys * sizeof(float));
    memset(r.dv, 0, keys * sizeof(float));
    g.scratch = new_floats(bn_training_attention_scratch(g.positions));
    g.out = r.out;
    g.statistics = r.statistics;
    kernels->attention_forward(&g);
    g.query_gradient = r.dq;
    g.key_gradient = r.dk;
    g.value_gradient = r.dv;
    kernels->attention_backward(&g);
    free(g.scratch);
    return r;
}

static void free_results(attention_results *r) {
    free(r->dv);
    free(r->dk);
    free(r->dq);
    free(r->statistics);
    free(r->out);
}

// softmax(q . k * scale) . v in float64 for one head.
static void check_definition(const bn_training_attention_arguments *g, const float *out,
                             size_t head) {
    size_t bad = 0;
    double *weights = new_buffer(g->positions * sizeof *weights);
    for (size_t i = 0; i < g->positions; i++) {
        const float *q = g->queries + i * g->query_stride + head * g->head_dim;
        double largest = -INFINITY, sum = 0;
        for (size_t j = 0; j <= i; j++) {
            weights[j] = 0;
            for (size_t d = 0; d < g->head_dim; d++)
                weights[j] += (double)q[d] * (double)g->keys[j * g->key_stride + d];
            weights[j] *= (double)g->scale;
            largest = fmax(largest, weights[j]);
        }
        for (size_t j = 0; j <= i; j++)
            sum += weights[j] = exp(weights[j] - largest);
        for (size_t d = 0; d < g->head_dim; d++) {
            double truth = 0;
            for (size_t j = 0; j <= i; j++)
                truth += weights[j] / sum * (double)g->values[j * g->key_stride + d];
            double value = (double)out[i * g->query_stride + head * g->head_dim + d];
            bad += !(fabs(truth - value) <= 2e-6);
        }
    }
    free(weights);
    expect_true("attention is softmax(q . k) . v", bad == 0);
}

static void check_training_attention(const kernel_suite *suite, size_t positions, size_t heads,
                                     size_t head_dim) {
    size_t query_stride = heads * head_dim + random_below(5);
    size_t key_stride = head_dim + random_below(5);
    size_t queries = (positions - 1) * query_stride + heads * head_dim;
    size_t keys = (positions - 1) * key_stride + head_dim;
    float *q = new_floats(queries), *k = new_floats(keys), *v = new_floats(keys);
    float *dout = new_floats(queries);
    bn_training_attention_arguments g = {.queries = q,
                                         .keys = k,
                                         .values = v,
                                         .query_stride = query_stride,
                                         .key_stride = key_stride,
                                         .positions = positions,
                                         .heads = heads,
                                         .head_dim = head_dim,
                                         .scale = 1.0f / sqrtf((float)head_dim),
                                         .out_gradient = dout};
    attention_results expected = attend(suite->reference->training, g, queries, keys);
    check_definition(&g, expected.out, heads - 1);
    for (size_t i = 0; i < suite->count; i++) {
        const bn_kernels *table = suite->tables[i];
        attention_results r = attend(table->training, g, queries, keys);
        expect_same_floats(table, "training attention", expected.out, r.out, queries);
        expect_same_floats(table, "training attention, statistics", expected.statistics,
                           r.statistics, 2 * heads * positions);
        expect_same_floats(table, "gradient of queries", expected.dq, r.dq, queries);
        expect_same_floats(table, "gradient of keys", expected.dk, r.dk, keys);
        expect_same_floats(table, "gradient of values", expected.dv, r.dv, keys);
        free_results(&r);
    }
    free_results(&expected);
    free(dout);
    free(v);
    free(k);
    free(q);
}

// ---- Rows ----

// Values of an input of several of the kernels below, sometimes none that is a number.
static float *new_row(size_t count) {
    float *x = new_floats(count);
    if (count && random_below(8) == 0) x[random_below(count)] = random_below(2) ? NAN : INFINITY;
    return x;
}

// The results of every kernel that works on rows, one behind the other.
static float *run_rows(const bn_training_kernels *kernels, size_t count, float *const x[4],
                       const int8_t *codes, size_t *results) {
    float *all = new_floats(14 * count + 8), *out = all;
    memset(all, 0, (14 * count + 8) * sizeof *all);
    *results = 14 * count + 8;
    float *dx = memcpy(out, x[3], count * sizeof *x[3]);
    out += count;
    float inverse = kernels->rms_norm_backward(x[0], x[1], x[2], count, 1e-5f, dx, true);
    kernels->rms_norm_backward(x[0], x[1], x[2], count, 1e-5f, out, false);
    out += count;
    kernels->rms_norm_weight_backward(x[0], x[2], inverse, count, out);
    out += count;
    kernels->relu_squared_backward(x[0], x[1], x[2], count, out, out + count);
    kernels->silu_backward(x[0], x[1], x[2], count, out + 2 * count, out + 3 * count);
    out += 4 * count;
    kernels->dequantize(codes, count, 31.25f, out);
    out += count;
    kernels->add(memcpy(out, x[0], count * sizeof *out), x[1], count);
    out += count;
    kernels->scale(memcpy(out, x[0], count * sizeof *out), count, 1.7f);
    out += count;
    bn_adamw_arguments a = {0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 10, 4.47f};
    float *second = out + 2 * count;
    memcpy(out, x[0], count * sizeof *out);
    memcpy(out + count, x[1], count * sizeof *out);
    for (size_t i = 0; i < count; i++)
        second[i] = x[3][i] * x[3][i];
    kernels->adamw(out, x[2], out + count, second, count, &a);
    out += 3 * count;
    float *tail = all + 14 * count;
    tail[0] = inverse;
    tail[1] = (float)kernels->sum_magnitudes(x[0], count);
    tail[2] = (float)kernels->sum_squares(x[0], count);
    if (count) {
        size_t target = count * 2 / 3;
        tail[3] = kernels->cross_entropy(memcpy(out, x[0], count * sizeof *out), count, target,
                                         0.75f, true);
        tail[4] = kernels->cross_entropy(x[1], count, target, 0, false);
    }
    return all;
}

static void check_rows(const kernel_suite *suite, size_t count) {
    float *x[4] = {new_row(count), new_row(count), new_row(count), new_row(count)};
    int8_t *codes = new_buffer(count + 1);
    for (size_t i = 0; i < count; i++)
        codes[i] = (int8_t)random_bits();
    size_t results;
    float *expected = run_rows(suite->reference->training, count, x, codes, &results);
    char what[64];
    snprintf(what, sizeof what, "training rows of %zu", count);
    for (size_t i = 0; i < suite->count; i++) {
        float *actual = run_rows(suite->tables[i]->training, count, x, codes, &results);
        expect_same_floats(suite->tables[i], what, expected, actual, results);
        free(actual);
    }
    free(expected);
    free(codes);
    for (int i = 0; i < 4; i++)
        free(x[i]);
}

// Codes by their definition, exact halves included.
static void check_ternarize(const kernel_suite *suite, size_t count) {
    float *w = new_floats(count), inverse = 0.5f + fabsf(random_float());
    for (size_t i = 0; i < count; i++)
        if (random_below(4) == 0) w[i] = (random_below(2) ? 0.5f : -0.5f) / inverse;
    uint8_t *codes = new_buffer(count + 1), *expected = new_buffer(count + 1);
    float *values = new_floats(count), *truth = new_floats(count);
    for (size_t i = 0; i < count; i++) {
        float code = fminf(fmaxf(rintf(w[i] * inverse), -1), 1);
        expected[i] = (uint8_t)(code + 1);
        truth[i] = ((float)expected[i] - 1) * 0.3f;
    }
    for (size_t i = 0; i < suite->count; i++) {
        const bn_training_kernels *kernels = suite->tables[i]->training;
        kernels->ternarize(w, count, inverse, 0.3f, codes, values);
        expect_same_bytes(suite->tables[i], "ternarize, codes", expected, codes, count);
        expect_same_floats(suite->tables[i], "ternarize, values", truth, values, count);
        size_t numbers = 0;
        kernels->ternarize(w, count, NAN, NAN, codes, values);
        for (size_t j = 0; j < count; j++)
            numbers += !isnan(values[j]);
        expect_true("values of a scale that is no number are none", numbers == 0);
    }
    free(truth);
    free(values);
    free(expected);
    free(codes);
    free(w);
}

void check_training(const kernel_suite *suite) {
    check_products(suite);
    static const size_t positions[] = {1, 2, 15, 16, 17, 33, 95, 96, 97, 200};
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
        check_training_attention(suite, positions[i], 1 + random_below(3), 2 + random_below(40));
    static const size_t counts[] = {0, 1, 7, 15, 16, 17, 31, 64, 100, 4096, 4097, 9000};
    for (int i = 0; i < 120; i++)
        check_rows(suite, random_choice(counts, sizeof counts / sizeof *counts));
    for (size_t count = 0; count < 70; count++)
        check_ternarize(suite, count);
    for (size_t i = 0; i < suite->count; i++)
        expect_true("the arithmetic's probe counts",
                    suite->tables[i]->training->float_peak(10) > 0);
}
