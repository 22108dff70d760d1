// The quantised output head, as plain loops.
#include "scalar.h"

void bn_from_half_scalar(const uint16_t *x, float *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = bn_half_to_float(x[i]);
}

void bn_head_encode_scalar(const float *row, size_t count, size_t columns, uint8_t *high,
                           uint8_t *low, float *scale) {
    float largest = 0;
    for (size_t k = 0; k < count; k++)
        if (fabsf(row[k]) > largest) largest = fabsf(row[k]);
    float inverse = largest > 0 ? BN_HEAD_LEVELS / largest : 0;
    for (size_t k = 0; k < columns; k += BN_HEAD_LINE_COLUMNS) {
        for (size_t j = 0; j < 64; j++) {
            int digits[2][2];
            for (size_t half = 0; half < 2; half++) {
                size_t column = k + j + 64 * half;
                float value = column < count ? row[column] : 0;
                int code = (int)rintf(value * inverse);
                int first = (code + 8) >> 4;
                digits[half][0] = first + 8;
                digits[half][1] = code - 16 * first + 8;
            }
            high[k / 2 + j] = (uint8_t)(digits[0][0] << 4 | digits[1][0]);
            low[k / 2 + j] = (uint8_t)(digits[0][1] << 4 | digits[1][1]);
        }
    }
    *scale = largest / BN_HEAD_LEVELS;
}

void bn_head_quantize_scalar(const float *x, size_t count, bn_head_state *state) {
    float largest = 0, lanes[BN_LANES] = {0};
    bool finite = true;
    for (size_t k = 0; k < count; k++) {
        finite &= x[k] - x[k] == 0;
        if (fabsf(x[k]) > largest) largest = fabsf(x[k]);
    }
    state->sum = state->first_sum = state->rest = 0;
    memset(state->digits, 0, 2 * state->columns);
    if (!finite || largest < BN_HEAD_FLOOR) {
        state->inverse_scale = finite ? 0 : NAN;
        state->norm = 0;
        return;
    }
    float scale = BN_HEAD_RANGE / largest;
    for (size_t k = 0; k < count; k++) {
        int32_t value = (int32_t)rintf(x[k] * scale), first = (value + 128) >> 8;
        int32_t second = value - 256 * first;
        state->digits[k] = (int8_t)first;
        state->digits[state->columns + k] = (int8_t)second;
        state->sum += value;
        state->first_sum += first;
        state->rest += second * second;
        lanes[k % BN_LANES] = fmaf((float)value, (float)value, lanes[k % BN_LANES]);
    }
    state->norm = sqrtf(bn_sum_lanes(lanes));
    state->inverse_scale = 1 / scale;
}

// Digit plus 8 of column k in a row of a plane.
static int nibble(const uint8_t *row, size_t k) {
    size_t within = k % BN_HEAD_LINE_COLUMNS, j = within % 64;
    return row[(k - within) / 2 + j] >> (within < 64 ? 4 : 0) & 15;
}

static void sum_rows(const bn_head_arguments *a) {
    size_t columns = a->state->columns;
    const int8_t *digits = a->state->digits;
    for (size_t i = 0; i < a->count; i++) {
        size_t row = a->rows ? a->rows[i] : a->first + i;
        const uint8_t *bytes = a->plane + row * (columns / 2);
        int32_t sum = 0;
        for (size_t k = 0; k < columns; k++)
            sum += (nibble(bytes, k) - 8) * (256 * digits[k] + digits[columns + k]);
        a->sums[i] = sum;
    }
}

void bn_head_sums_scalar(const bn_head_arguments *a) {
    sum_rows(a);
    if (!a->other) return;
    bn_head_arguments other = *a;
    other.state = a->other;
    other.sums = a->other_sums;
    sum_rows(&other);
}

void bn_head_scan_scalar(const bn_head_scan_arguments *a) {
    for (size_t r = a->first; r < a->first + a->count; r++) {
        const uint8_t *row = a->plane + r * (a->columns / 2);
        for (size_t t = 0; t < a->target_count; t++) {
            int32_t sum = 0;
            for (size_t k = 0; k < a->columns; k++)
                sum += (nibble(row, k) - 8) * a->targets[t].digits[k];
            a->targets[t].sums[r] = 256 * sum;
        }
    }
}

void bn_head_logits_scalar(const int32_t *high, const int32_t *low, const float *scales,
                           float inverse_scale, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        double sum = 16.0 * high[i] + (low ? low[i] : 0);
        out[i] = (float)(sum * ((double)scales[i] * (double)inverse_scale));
    }
}

void bn_heap_replace(float *heap, uint32_t *rows, size_t count, float value, uint32_t row) {
    size_t parent = 0;
    for (;;) {
        size_t child = 2 * parent + 1;
        if (child >= count) break;
        if (child + 1 < count && heap[child + 1] < heap[child]) child++;
        if (value <= heap[child]) break;
        heap[parent] = heap[child];
        rows[parent] = rows[child];
        parent = child;
    }
    heap[parent] = value;
    rows[parent] = row;
}

void bn_head_greatest_scalar(const float *logits, size_t count, size_t first, size_t wanted,
                             float *heap, uint32_t *rows) {
    for (size_t i = 0; i < count; i++)
        if (logits[i] > heap[0])
            bn_heap_replace(heap, rows, wanted, logits[i], (uint32_t)(first + i));
}

size_t bn_head_candidates_scalar(const float *logits, const float *scales, float margin,
                                 size_t count, size_t first, float least, uint32_t *rows) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (!(logits[i] + margin * scales[i] < least)) rows[found++] = (uint32_t)(first + i);
    return found;
}
