// Attention of one token's heads over the cache, as plain loops.
#include "../shared/internal.h"

#include "scalar.h"

static float cached(const void *rows, bool half, size_t index) {
    return half ? bn_half_to_float(((const uint16_t *)rows)[index]) : ((const float *)rows)[index];
}

// Scores of one head into `scores`; returns the largest.
static float score_head(const bn_attention_arguments *a, const float *query, float *scores) {
    float largest = -INFINITY;
    for (size_t j = 0; j < a->positions; j++) {
        float lanes[BN_LANES] = {0};
        for (size_t d = 0; d < a->stride; d++)
            lanes[d % BN_LANES] =
                fmaf(query[d], cached(a->keys, a->half, j * a->stride + d), lanes[d % BN_LANES]);
        scores[j] = bn_sum_lanes(lanes) * a->scale;
        if (scores[j] > largest) largest = scores[j];
    }
    return largest;
}

void bn_attention_scalar(const bn_attention_arguments *a) {
    size_t row = bn_round_up(a->positions, BN_LANES);
    for (size_t head = 0; head < a->heads; head++) {
        float *scores = a->scores + head * row;
        float largest = score_head(a, a->queries + head * a->stride, scores);
        float lanes[BN_LANES] = {0};
        for (size_t j = 0; j < a->positions; j++) {
            scores[j] = bn_exp_scalar(scores[j] - largest);
            lanes[j % BN_LANES] += scores[j];
        }
        float inverse = 1.0f / bn_sum_lanes(lanes);
        for (size_t d = 0; d < a->head_dim; d++) {
            float sum = 0;
            for (size_t j = 0; j < a->positions; j++)
                sum = fmaf(scores[j], cached(a->values, a->half, j * a->stride + d), sum);
            a->out[head * a->head_dim + d] = sum * inverse;
        }
    }
}
