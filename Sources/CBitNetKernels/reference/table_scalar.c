#include "scalar.h"

const bn_kernels bn_kernels_scalar = {
    .name = "scalar",
    .rms_norm = bn_rms_norm_scalar,
    .quantize = bn_quantize_scalar,
    .ternary_matmul = bn_ternary_matmul_scalar,
    .dense_matmul = bn_dense_matmul_scalar,
    .attention = bn_attention_scalar,
    .merge_attention = bn_merge_attention_scalar,
    .rotate_half = bn_rotate_half_scalar,
    .relu_squared_gate = bn_relu_squared_gate_scalar,
    .silu_gate = bn_silu_gate_scalar,
    .exponential = bn_exponential_scalar,
    .to_half = bn_to_half_scalar,
    .to_int8 = bn_to_int8_scalar,
    .read_stream = bn_read_stream_scalar,
    .multiply_add_peak = bn_multiply_add_peak_scalar,
};
