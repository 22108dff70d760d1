// The quantised output head against the reference and against its definition.
#include "support.h"

static size_t padded(size_t columns) {
    return (columns + BN_HEAD_LINE_COLUMNS - 1) / BN_HEAD_LINE_COLUMNS * BN_HEAD_LINE_COLUMNS;
}

// Rows of floats in planes.
typedef struct {
    size_t rows, count, columns;
    float *weights; // [rows][count]
    uint8_t *high, *low;
    float *scales;
} head;

static head make_head(const kernel_suite *suite, size_t rows, size_t count) {
    head h = {.rows = rows, .count = count, .columns = padded(count)};
    size_t row_bytes = h.columns / 2, size = rows * row_bytes;
    h.weights = new_floats(rows * count);
    h.high = new_buffer(size + 1);
    h.low = new_buffer(size + 1);
    h.scales = new_buffer(rows * sizeof(float) + 1);
    uint8_t *high = new_buffer(row_bytes + 1), *low = new_buffer(row_bytes + 1);
    for (size_t r = 0; r < rows; r++) {
        float *row = h.weights + r * count;
        if (random_below(9) == 0) memset(row, 0, count * sizeof *row);
        suite->reference->head_encode(row, count, h.columns, h.high + r * row_bytes,
                                      h.low + r * row_bytes, h.scales + r);
        for (size_t i = 0; i < suite->count; i++) {
            float scale;
            suite->tables[i]->head_encode(row, count, h.columns, high, low, &scale);
            expect_same_bytes(suite->tables[i], "head_encode, high", h.high + r * row_bytes, high,
                              row_bytes);
            expect_same_bytes(suite->tables[i], "head_encode, low", h.low + r * row_bytes, low,
                              row_bytes);
            expect_same_floats(suite->tables[i], "head_encode, scale", h.scales + r, &scale, 1);
        }
    }
    free(low);
    free(high);
    return h;
}

static void free_head(head *h) {
    free(h->scales);
    free(h->low);
    free(h->high);
    free(h->weights);
}

static bn_head_state make_state(const kernel_suite *suite, float *x, size_t count, size_t columns) {
    bn_head_state state = {.digits = new_buffer(2 * columns + 1), .columns = columns};
    suite->reference->head_quantize(x, count, &state);
    bn_head_state other = {.digits = new_buffer(2 * columns + 1), .columns = columns};
    for (size_t i = 0; i < suite->count; i++) {
        suite->tables[i]->head_quantize(x, count, &other);
        expect_same_bytes(suite->tables[i], "head_quantize", state.digits, other.digits,
                          2 * columns);
        expect_same_floats(suite->tables[i], "head_quantize, scale", &state.inverse_scale,
                           &other.inverse_scale, 1);
        expect_same_floats(suite->tables[i], "head_quantize, norm", &state.norm, &other.norm, 1);
        expect_same_bytes(suite->tables[i], "head_quantize, sum", &state.sum, &other.sum, 4);
        expect_true("head_quantize, digits' sums",
                    state.first_sum == other.first_sum && state.rest == other.rest);
    }
    free(other.digits);
    return state;
}

// Logits from both planes are those of the float weights up to both roundings.
static void check_accuracy(const head *h, const float *x, const float *logits) {
    double norm = 0;
    size_t bad = 0;
    for (size_t k = 0; k < h->count; k++)
        norm += fabs((double)x[k]);
    for (size_t r = 0; r < h->rows; r++) {
        double truth = 0, most = 0;
        for (size_t k = 0; k < h->count; k++) {
            truth += (double)h->weights[r * h->count + k] * (double)x[k];
            most = fmax(most, fabs((double)h->weights[r * h->count + k]));
        }
        // Half a level of each weight, half a 32512th of each activation.
        bad += fabs(truth - (double)logits[r]) > norm * most * (0.51 / 119) + most * 0.02;
    }
    expect_true("logits from both planes are near those of the weights", bad == 0);
}

// Two states at once must give what each gives alone.
static void check_two_states(const kernel_suite *suite, size_t table, bn_head_arguments a) {
    size_t columns = a.state->columns;
    bn_head_state other = {.digits = new_buffer(2 * columns), .columns = columns, .sum = 0};
    for (size_t k = 0; k < 2 * columns; k++)
        other.digits[k] = (int8_t)((int)random_below(255) - 127);
    for (size_t k = 0; k < columns; k++)
        other.sum += 256 * other.digits[k] + other.digits[columns + k];
    int32_t *first = new_buffer(a.count * 4), *second = new_buffer(a.count * 4);
    int32_t *expected = new_buffer(a.count * 4);
    bn_head_arguments alone = a;
    alone.state = &other;
    alone.sums = expected;
    suite->reference->head_sums(&alone);
    int32_t *known = a.sums;
    a.sums = first;
    a.other = &other;
    a.other_sums = second;
    suite->tables[table]->head_sums(&a);
    expect_same_bytes(suite->tables[table], "head_sums of two states", known, first, a.count * 4);
    expect_same_bytes(suite->tables[table], "head_sums of two states", expected, second,
                      a.count * 4);
    free(expected);
    free(second);
    free(first);
    free(other.digits);
}

// First digits alone, for several states at once and some rows in the middle.
static void check_scan(const kernel_suite *suite, const head *h) {
    size_t count = 1 + random_below(9), size = h->rows * 4 + 1;
    size_t first = h->rows ? random_below(h->rows) : 0, rows = h->rows - first;
    if (rows) rows = random_below(2) ? rows : 1 + random_below(rows);
    bn_head_target targets[9], expected[9];
    for (size_t t = 0; t < count; t++) {
        int8_t *digits = new_buffer(h->columns);
        targets[t] = (bn_head_target){.digits = digits, .sums = new_buffer(size)};
        for (size_t k = 0; k < h->columns; k++) {
            digits[k] = t == 0 ? 127 : t == 1 ? -127 : (int8_t)((int)random_below(255) - 127);
            targets[t].digit_sum += digits[k];
        }
        expected[t] = targets[t];
        expected[t].sums = new_buffer(size);
        memset(expected[t].sums, 0x55, h->rows * 4);
    }
    bn_head_scan_arguments a = {.plane = h->low,
                                .columns = h->columns,
                                .first = first,
                                .count = rows,
                                .targets = expected,
                                .target_count = count};
    suite->reference->head_scan(&a);
    a.targets = targets;
    for (size_t i = 0; i < suite->count; i++) {
        for (size_t t = 0; t < count; t++)
            memset(targets[t].sums, 0x55, h->rows * 4);
        a.stream = random_stream();
        suite->tables[i]->head_scan(&a);
        for (size_t t = 0; t < count; t++)
            expect_same_bytes(suite->tables[i], "head_scan", expected[t].sums, targets[t].sums,
                              h->rows * 4);
    }
    // The reference against exact sums: those of states without second digits.
    bn_head_state state = {.digits = new_buffer(2 * h->columns), .columns = h->columns};
    memset(state.digits, 0, 2 * h->columns);
    memcpy(state.digits, targets[count - 1].digits, h->columns);
    state.sum = 256 * targets[count - 1].digit_sum;
    bn_head_arguments exact = {
        .plane = h->low, .first = first, .count = rows, .state = &state, .sums = targets[0].sums};
    suite->reference->head_sums(&exact);
    expect_same_bytes(suite->reference, "head_scan is head_sums of one digit",
                      expected[count - 1].sums + first, targets[0].sums, rows * 4);
    free(state.digits);
    for (size_t t = 0; t < count; t++) {
        free(expected[t].sums);
        free(targets[t].sums);
        free((void *)(uintptr_t)targets[t].digits);
    }
}

static void check_sums(const kernel_suite *suite, const head *h, const bn_head_state *state,
                       const float *x) {
    int32_t *high = new_buffer(h->rows * 4 + 1), *low = new_buffer(h->rows * 4 + 1);
    int32_t *sums = new_buffer(h->rows * 4 + 1);
    uint32_t *list = new_buffer(h->rows * 4 + 1);
    float *expected = new_floats(h->rows), *logits = new_floats(h->rows);
    size_t count = 0;
    for (size_t r = 0; r < h->rows; r++)
        if (random_below(2)) list[count++] = (uint32_t)r;
    bn_head_arguments a = {.plane = h->high, .count = h->rows, .state = state, .sums = high};
    suite->reference->head_sums(&a);
    a.plane = h->low;
    a.sums = low;
    suite->reference->head_sums(&a);
    suite->reference->head_logits(high, low, h->scales, state->inverse_scale, h->rows, expected);
    check_accuracy(h, x, expected);
    for (size_t i = 0; i < suite->count; i++) {
        a = (bn_head_arguments){.plane = h->high, .count = h->rows, .state = state, .sums = sums};
        a.stream = random_stream();
        suite->tables[i]->head_sums(&a);
        expect_same_bytes(suite->tables[i], "head_sums", high, sums, h->rows * 4);
        check_two_states(suite, i, a);
        a.rows = list;
        a.count = count;
        a.stream = random_stream();
        suite->tables[i]->head_sums(&a);
        size_t equal = 0;
        for (size_t n = 0; n < count; n++)
            equal += sums[n] == high[list[n]];
        expect_true("head_sums of listed rows", equal == count);
        suite->tables[i]->head_logits(high, low, h->scales, state->inverse_scale, h->rows, logits);
        expect_same_floats(suite->tables[i], "head_logits", expected, logits, h->rows);
        suite->reference->head_logits(high, NULL, h->scales, state->inverse_scale, h->rows,
                                      expected);
        suite->tables[i]->head_logits(high, NULL, h->scales, state->inverse_scale, h->rows, logits);
        expect_same_floats(suite->tables[i], "head_logits, high alone", expected, logits, h->rows);
        suite->reference->head_logits(high, low, h->scales, state->inverse_scale, h->rows,
                                      expected);
    }
    free(logits);
    free(expected);
    free(list);
    free(sums);
    free(low);
    free(high);
}

// The largest digits there are, in case a narrow partial sum overflows.
static void check_extreme_sums(const kernel_suite *suite, size_t columns) {
    uint8_t *plane = new_buffer(3 * columns / 2);
    bn_head_state state = {.digits = new_buffer(2 * columns), .columns = columns};
    int32_t expected[3], sums[3];
    for (int sign = 0; sign < 2; sign++) {
        memset(plane, 0xFF, 3 * columns / 2);
        memset(state.digits, sign ? -127 : 127, columns);
        memset(state.digits + columns, sign ? -128 : 127, columns);
        state.sum = (256 * state.digits[0] + state.digits[columns]) * (int32_t)columns;
        bn_head_arguments a = {.plane = plane, .count = 3, .state = &state, .sums = expected};
        suite->reference->head_sums(&a);
        a.sums = sums;
        for (size_t i = 0; i < suite->count; i++) {
            a.stream = random_stream();
            suite->tables[i]->head_sums(&a);
            expect_same_bytes(suite->tables[i], "head_sums, extreme", expected, sums, sizeof sums);
        }
    }
    free(state.digits);
    free(plane);
}

static int descending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void check_selection(const kernel_suite *suite, size_t count, size_t wanted) {
    float *logits = new_floats(count), *scales = new_floats(count), *bounds = new_floats(count);
    float margin = 0.25f;
    for (size_t i = 0; i < count; i++) {
        scales[i] = fabsf(scales[i]);
        bounds[i] = logits[i];
    }
    qsort(bounds, count, sizeof *bounds, descending);
    float *heap = new_floats(wanted);
    uint32_t *places = new_buffer(wanted * 4);
    uint32_t *expected = new_buffer(count * 4 + 1), *rows = new_buffer(count * 4 + 1);
    for (size_t i = 0; i < suite->count; i++) {
        for (size_t n = 0; n < wanted; n++)
            heap[n] = -INFINITY;
        suite->tables[i]->head_greatest(logits, count, 5, wanted, heap, places);
        float least = wanted <= count ? bounds[wanted - 1] : -INFINITY;
        expect_same_floats(suite->tables[i], "head_greatest", &least, heap, 1);
        size_t right = 0;
        for (size_t n = 0; n < wanted; n++)
            right += isinf(heap[n]) || logits[places[n] - 5] == heap[n];
        expect_true("head_greatest knows the rows", right == wanted);
        size_t found =
            suite->reference->head_candidates(logits, scales, margin, count, 3, least, expected);
        expect_true("head_candidates counts alike",
                    suite->tables[i]->head_candidates(logits, scales, margin, count, 3, least,
                                                      rows) == found &&
                        found >= (wanted < count ? wanted : count));
        expect_same_bytes(suite->tables[i], "head_candidates", expected, rows, found * 4);
    }
    free(rows);
    free(expected);
    free(places);
    free(heap);
    free(bounds);
    free(scales);
    free(logits);
}

void check_head(const kernel_suite *suite) {
    for (size_t columns = 128; columns <= 8192; columns *= 2)
        check_extreme_sums(suite, columns);
    static const size_t rows[] = {0, 1, 2, 15, 16, 17, 33, 100};
    static const size_t columns[] = {1, 16, 64, 100, 128, 129, 256, 640, 1000, 2560};
    for (int i = 0; i < 60; i++) {
        head h = make_head(suite, random_choice(rows, sizeof rows / sizeof *rows),
                           random_choice(columns, sizeof columns / sizeof *columns));
        float *x = new_floats(h.count);
        if (i == 0) memset(x, 0, h.count * sizeof *x);
        bn_head_state state = make_state(suite, x, h.count, h.columns);
        check_sums(suite, &h, &state, x);
        check_scan(suite, &h);
        free(state.digits);
        x[h.count / 2] = i % 2 ? NAN : INFINITY;
        state = make_state(suite, x, h.count, h.columns);
        expect_true("a state that is not finite gives NaN", isnan(state.inverse_scale));
        free(state.digits);
        free(x);
        free_head(&h);
        check_selection(suite, random_below(400), 1 + random_below(50));
    }
}
