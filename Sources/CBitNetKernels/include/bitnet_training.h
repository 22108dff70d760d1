/// Training kernels: float32 products, and the backward halves of the layers.
///
/// Every table computes the same bits: each element of a product is one chain of fused
/// multiply-adds in ascending order of the summed index, whatever the tiling, and reductions run
/// over BN_LANES virtual lanes as in `bitnet_kernels.h`. No kernel allocates, none keeps state.
#ifndef BITNET_TRAINING_H
#define BITNET_TRAINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Tiling of a product: the summed index and the columns and rows that stay in the caches.
#define BN_GEMM_DEPTH 256
#define BN_GEMM_COLUMNS 512
#define BN_GEMM_ROWS 96

/// Floats of scratch of one product (a packed block of B, one of A, a tile).
#define BN_GEMM_SCRATCH (BN_GEMM_DEPTH * (BN_GEMM_COLUMNS + BN_GEMM_ROWS) + 1024)

/// out[m * out_stride + n] (+)= sum_k a[m * a_row + k * a_step] * b[k * b_step + n * b_column].
typedef struct {
    const float *a;
    size_t a_row, a_step; ///< one of them is 1
    const float *b;
    size_t b_step, b_column; ///< one of them is 1
    size_t rows, columns, depth;
    float *out;
    size_t out_stride;
    bool accumulate; ///< add to `out` instead of replacing it
    float *scratch;  ///< BN_GEMM_SCRATCH floats, aligned to 64 bytes
} bn_gemm_arguments;

/// Query rows of a block of the attention.
#define BN_TRAINING_BLOCK 96

/// Causal attention of one sequence for the query heads that share a key/value head.
///
///     s[i][j] = (q[i] . k[j]) * scale, j <= i     p = softmax(s)     out[i] = sum_j p[i][j] v[j]
typedef struct {
    const float *queries; ///< position i, head h at i * query_stride + h * head_dim
    const float *keys;    ///< position j at j * key_stride
    const float *values;  ///< position j at j * key_stride
    size_t query_stride, key_stride;
    size_t positions, heads, head_dim;
    float scale;
    float *out;        ///< as queries; backward reads it
    float *statistics; ///< [heads][positions][2]: max_j s[i][j] and 1 / sum_j exp(s[i][j] - max)
    float *scratch;    ///< bn_training_attention_scratch floats, aligned to 64 bytes
    // Backward only.
    const float *out_gradient; ///< as queries
    float *query_gradient;     ///< as queries; replaced
    float *key_gradient;       ///< as keys; replaced
    float *value_gradient;     ///< as values; replaced
} bn_training_attention_arguments;

/// Floats of scratch for sequences of `positions`.
static inline size_t bn_training_attention_scratch(size_t positions) {
    return BN_GEMM_SCRATCH + 2 * BN_TRAINING_BLOCK * ((positions + 15) / 16 * 16);
}

/// What AdamW needs at one step (arXiv 1711.05101).
typedef struct {
    float learning_rate, beta1, beta2, epsilon;
    float weight_decay;     ///< decoupled: weights *= 1 - learning_rate * weight_decay
    float gradient_factor;  ///< clipping
    float first_correction; ///< 1 / (1 - beta1^step)
    float root_correction;  ///< 1 / sqrt(1 - beta2^step)
} bn_adamw_arguments;

/// One implementation of every training kernel.
typedef struct {
    void (*gemm)(const bn_gemm_arguments *arguments);

    void (*attention_forward)(const bn_training_attention_arguments *arguments);
    /// Computes the weights again from `statistics`.
    void (*attention_backward)(const bn_training_attention_arguments *arguments);

    /// Backward of rms_norm for one row. With r = 1 / sqrt(mean(x^2) + epsilon):
    /// dx (+)= r * (w * dy - x * r^2 * mean(w * dy * x)); returns r.
    float (*rms_norm_backward)(const float *x, const float *weight, const float *dy, size_t count,
                               float epsilon, float *dx, bool accumulate);
    /// dw[i] += dy[i] * x[i] * inverse.
    void (*rms_norm_weight_backward)(const float *x, const float *dy, float inverse, size_t count,
                                     float *dw);

    /// h = relu(gate)^2 * up: dgate = dh * 2 relu(gate) * up, dup = dh * relu(gate)^2.
    void (*relu_squared_backward)(const float *gate, const float *up, const float *dh, size_t count,
                                  float *dgate, float *dup);
    /// h = gate * sigmoid(gate) * up.
    void (*silu_backward)(const float *gate, const float *up, const float *dh, size_t count,
                          float *dgate, float *dup);

    /// out[i] = codes[i] / scale.
    void (*dequantize)(const int8_t *codes, size_t count, float scale, float *out);
    /// The sum of |w|: float lanes over each 4096 values, in float64 beyond.
    double (*sum_magnitudes)(const float *w, size_t count);
    /// The sum of x^2, likewise; not finite if a value is not.
    double (*sum_squares)(const float *x, size_t count);
    /// code = clamp(round_half_even(w * inverse), -1, 1) + 1, values = (code - 1) * scale.
    void (*ternarize)(const float *w, size_t count, float inverse, float scale, uint8_t *codes,
                      float *values);

    /// Negative log-likelihood of `target` by one row of logits, which become the gradient
    /// weight * (softmax - one hot) if `gradient`.
    float (*cross_entropy)(float *logits, size_t count, size_t target, float weight, bool gradient);

    /// m = m + (g - m)(1 - beta1), v = beta2 v + (1 - beta2) g^2, and the decayed weight moves by
    /// learning_rate * (m * first_correction) / (sqrt(v) * root_correction + epsilon).
    void (*adamw)(float *weights, const float *gradients, float *first, float *second, size_t count,
                  const bn_adamw_arguments *arguments);
    /// x += y.
    void (*add)(float *x, const float *y, size_t count);
    /// x *= factor.
    void (*scale)(float *x, size_t count, float factor);
    /// Runs float32 multiply-adds on registers and returns how many: the arithmetic's probe.
    uint64_t (*float_peak)(size_t iterations);
} bn_training_kernels;

/// A shared library with `cblas_sgemm`, opened at run time and limited to one thread.
typedef struct bn_blas bn_blas;

/// NULL when there is no such library or it has no `cblas_sgemm`.
bn_blas *bn_blas_open(const char *path);
void bn_blas_close(bn_blas *blas);
/// As gemm, with strides and sizes below 2^31.
void bn_blas_sgemm(const bn_blas *blas, const float *a, size_t a_row, size_t a_step, const float *b,
                   size_t b_step, size_t b_column, size_t rows, size_t columns, size_t depth,
                   float *out, size_t out_stride, bool accumulate);

#endif
