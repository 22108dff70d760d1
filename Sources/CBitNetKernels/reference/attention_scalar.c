// Attention over the cache block by block, as plain loops; the header has the formulas.
#include "../shared/internal.h"

#include "scalar.h"

typedef struct {
    const uint8_t *keys, *values;             // [BN_ATTENTION_BLOCK][width]
    const uint8_t *key_scales, *value_scales; // [BN_ATTENTION_BLOCK] float32, int8 only
} cache_block;

static cache_block block_at(const bn_attention_arguments *a, size_t b) {
    size_t plane = BN_ATTENTION_BLOCK * bn_cache_row_bytes(a->format, a->stride);
    const uint8_t *keys = a->pages[b] + a->offset;
    return (cache_block){keys, keys + plane, keys + 2 * plane,
                         keys + 2 * plane + BN_ATTENTION_BLOCK * sizeof(float)};
}

static float float_at(const void *values, size_t index) { return ((const float *)values)[index]; }

static float cached(const bn_attention_arguments *a, const uint8_t *rows, size_t index) {
    return a->format == BN_CACHE_F16
               ? bn_half_to_float(((const uint16_t *)(const void *)rows)[index])
               : float_at(rows, index);
}

// max(x, BN_CODE_FLOOR) over |x|; NaN is left out.
static float largest_of(const float *x, size_t count) {
    float largest = BN_CODE_FLOOR;
    for (size_t i = 0; i < count; i++)
        if (fabsf(x[i]) > largest) largest = fabsf(x[i]);
    return largest;
}

// clamp(round_half_even(x * factor), low, high); NaN gives `low`.
static float code(float x, float factor, float low, float high) {
    float value = rintf(x * factor);
    value = value >= low ? value : low;
    return value <= high ? value : high;
}

void bn_to_int8_scalar(const float *x, size_t count, int8_t *codes, float *scale) {
    float largest = largest_of(x, count), factor = 127.0f / largest;
    for (size_t i = 0; i < count; i++)
        codes[i] = (int8_t)code(x[i], factor, -127, 127);
    *scale = largest / 127.0f;
}

static void score_floats(const bn_attention_arguments *a, const cache_block *block,
                         const float *query, size_t visible, float *scores) {
    for (size_t j = 0; j < visible; j++) {
        float lanes[BN_LANES] = {0};
        for (size_t d = 0; d < a->stride; d++)
            lanes[d % BN_LANES] =
                fmaf(query[d], cached(a, block->keys, j * a->stride + d), lanes[d % BN_LANES]);
        scores[j] = bn_sum_lanes(lanes) * a->scale;
    }
}

static void score_codes(const bn_attention_arguments *a, const cache_block *block,
                        const float *query, size_t visible, float *scores) {
    size_t width = bn_cache_width(BN_CACHE_I8, a->stride);
    float bound = (float)bn_min(32767, INT32_MAX / (127 * width));
    float largest = largest_of(query, a->stride), factor = bound / largest;
    float step = largest / bound * a->scale;
    for (size_t j = 0; j < visible; j++) {
        int32_t sum = 0;
        for (size_t d = 0; d < a->stride; d++)
            sum += (int32_t)code(query[d], factor, -bound, bound) *
                   ((const int8_t *)block->keys)[j * width + d];
        scores[j] = (float)sum * float_at(block->key_scales, j) * step;
    }
}

static void weigh_floats(const bn_attention_arguments *a, const cache_block *block,
                         const float *weights, size_t visible, float *sums) {
    for (size_t d = 0; d < a->stride; d++) {
        sums[d] = 0;
        for (size_t j = 0; j < visible; j++)
            sums[d] = fmaf(weights[j], cached(a, block->values, j * a->stride + d), sums[d]);
    }
}

static void weigh_codes(const bn_attention_arguments *a, const cache_block *block, float *weights,
                        size_t visible, float *sums) {
    size_t width = bn_cache_width(BN_CACHE_I8, a->stride);
    for (size_t j = 0; j < visible; j++)
        weights[j] *= float_at(block->value_scales, j);
    float largest = largest_of(weights, visible), factor = 32767.0f / largest;
    float step = largest / 32767.0f;
    for (size_t d = 0; d < a->stride; d++) {
        int32_t sum = 0;
        for (size_t j = 0; j < visible; j++)
            sum += (int32_t)code(weights[j], factor, 0, 32767) *
                   ((const int8_t *)block->values)[j * width + d];
        sums[d] = (float)sum * step;
    }
}

// One row and block: o [stride], m and s to `sums`.
static void attend_block(const bn_attention_arguments *a, const float *query, size_t b,
                         size_t visible, float *sums) {
    cache_block block = block_at(a, b);
    float weights[BN_ATTENTION_BLOCK], largest = -INFINITY, lanes[BN_LANES] = {0};
    if (a->format == BN_CACHE_I8) {
        score_codes(a, &block, query, visible, weights);
    } else {
        score_floats(a, &block, query, visible, weights);
    }
    for (size_t j = 0; j < visible; j++)
        if (weights[j] > largest) largest = weights[j];
    for (size_t j = 0; j < visible; j++) {
        weights[j] = bn_exp_scalar(weights[j] - largest);
        lanes[j % BN_LANES] += weights[j];
    }
    if (a->format == BN_CACHE_I8) {
        weigh_codes(a, &block, weights, visible, sums);
    } else {
        weigh_floats(a, &block, weights, visible, sums);
    }
    sums[a->stride] = largest;
    sums[a->stride + 1] = bn_sum_lanes(lanes);
}

// Merges the next block's `sums` into `merged`, both o [stride], m, s.
static void merge(size_t stride, float *merged, const float *sums) {
    float largest = sums[stride] > merged[stride] ? sums[stride] : merged[stride];
    float f = bn_exp_scalar(merged[stride] - largest), g = bn_exp_scalar(sums[stride] - largest);
    merged[stride] = largest;
    merged[stride + 1] = fmaf(sums[stride + 1], g, merged[stride + 1] * f);
    for (size_t d = 0; d < stride; d++)
        merged[d] = fmaf(sums[d], g, merged[d] * f);
}

static void write_row(const bn_attention_arguments *a, size_t row, const float *merged) {
    float inverse = 1.0f / merged[a->stride + 1];
    float *out = a->out + row / a->heads * a->out_stride + row % a->heads * a->head_dim;
    for (size_t d = 0; d < a->head_dim; d++)
        out[d] = merged[d] * inverse;
}

void bn_attention_scalar(const bn_attention_arguments *a) {
    size_t blocks = bn_attention_blocks(a->positions + a->tokens - 1);
    float *merged = a->scratch, *next = a->scratch + a->stride + BN_LANES;
    for (size_t row = 0; row < a->tokens * a->heads; row++) {
        size_t token = row / a->heads, positions = a->positions + token;
        const float *query = a->queries + token * a->query_stride + row % a->heads * a->stride;
        for (size_t b = a->first_block; b < bn_min(a->end_block, bn_attention_blocks(positions));
             b++) {
            size_t visible = bn_min(positions - b * BN_ATTENTION_BLOCK, BN_ATTENTION_BLOCK);
            float *sums = b == 0 ? merged : next;
            if (a->partials) sums = a->partials + (row * blocks + b) * (a->stride + BN_LANES);
            attend_block(a, query, b, visible, sums);
            if (!a->partials && b > 0) merge(a->stride, merged, next);
        }
        if (!a->partials) write_row(a, row, merged);
    }
}

void bn_merge_attention_scalar(const bn_attention_arguments *a) {
    size_t blocks = bn_attention_blocks(a->positions + a->tokens - 1), pitch = a->stride + BN_LANES;
    for (size_t row = 0; row < a->tokens * a->heads; row++) {
        float *merged = a->partials + row * blocks * pitch;
        for (size_t b = 1; b < bn_attention_blocks(a->positions + row / a->heads); b++)
            merge(a->stride, merged, merged + b * pitch);
        write_row(a, row, merged);
    }
}
