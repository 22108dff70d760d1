// The reference kernels: plain loops that every other table must equal bit for bit.
#ifndef BITNET_SCALAR_H
#define BITNET_SCALAR_H

#include "../shared/internal.h"

void bn_ternary_matmul_scalar(const bn_ternary_matmul_arguments *arguments);
void bn_dense_matmul_scalar(const bn_dense_matmul_arguments *arguments);
void bn_attention_scalar(const bn_attention_arguments *arguments);
void bn_merge_attention_scalar(const bn_attention_arguments *arguments);
void bn_rms_norm_scalar(const float *x, const float *weight, size_t count, float epsilon,
                        float *out);
void bn_quantize_scalar(const float *x, size_t count, size_t padded, int8_t *codes, float *scale,
                        int32_t *sum);
void bn_rotate_half_scalar(const float *x, const float *cosines, const float *sines,
                           size_t head_dim, float *out);
void bn_relu_squared_gate_scalar(float *gate, const float *up, size_t count);
void bn_silu_gate_scalar(float *gate, const float *up, size_t count);
void bn_exponential_scalar(const float *x, float *out, size_t count);
void bn_to_half_scalar(const float *x, uint16_t *out, size_t count);
void bn_to_int8_scalar(const float *x, size_t count, int8_t *codes, float *scale);
uint64_t bn_read_stream_scalar(const void *memory, size_t bytes);
uint64_t bn_multiply_add_peak_scalar(size_t iterations);

// exp of one value, by the constants of internal.h.
float bn_exp_scalar(float x);

// Adds BN_LANES virtual lanes pairwise, destroying them.
BN_INLINE float bn_sum_lanes(float lanes[BN_LANES]) {
    for (size_t width = BN_LANES / 2; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++)
            lanes[i] += lanes[i + width];
    return lanes[0];
}

#endif
