// The reference kernels: plain loops that every other table must equal bit for bit.
#ifndef BITNET_SCALAR_H
#define BITNET_SCALAR_H

#include "../shared/internal.h"

void bn_pack_tile_scalar(const int8_t *codes, size_t code_stride, size_t tokens, size_t columns,
                         int8_t *out);
void bn_ternary_matmul_scalar(const bn_ternary_matmul_arguments *arguments);
void bn_ternary_rows_scalar(const bn_ternary_matmul_arguments *arguments, const uint32_t *rows,
                            size_t count);
void bn_ternary_matmul_by_columns_scalar(const bn_ternary_matmul_arguments *arguments);
void bn_ternary_columns_scalar(const bn_ternary_columns_arguments *arguments);
size_t bn_list_positive_scalar(const float *values, size_t count, uint32_t first,
                               uint32_t *indices);
size_t bn_list_nonzero_scalar(const int8_t *codes, size_t count, uint32_t *indices, int8_t *values);
void bn_dense_matmul_scalar(const bn_dense_matmul_arguments *arguments);
void bn_head_encode_scalar(const float *row, size_t count, size_t columns, uint8_t *high,
                           uint8_t *low, float *scale);
void bn_head_quantize_scalar(const float *x, size_t count, bn_head_state *state);
void bn_head_sums_scalar(const bn_head_arguments *arguments);
void bn_head_scan_scalar(const bn_head_scan_arguments *arguments);
void bn_head_logits_scalar(const int32_t *high, const int32_t *low, const float *scales,
                           float inverse_scale, size_t count, float *out);
void bn_head_greatest_scalar(const float *logits, size_t count, size_t first, size_t wanted,
                             float *heap, uint32_t *rows);
size_t bn_head_candidates_scalar(const float *logits, const float *scales, float margin,
                                 size_t count, size_t first, float least, uint32_t *rows);
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
void bn_from_half_scalar(const uint16_t *x, float *out, size_t count);
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
