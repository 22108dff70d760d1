// Norm, quantisation, rotary embedding, gates and exp, as plain loops.
#include "../shared/internal.h"

#include "scalar.h"

void bn_rms_norm_scalar(const float *x, const float *weight, size_t count, float epsilon,
                        float *out) {
    float lanes[BN_LANES] = {0};
    for (size_t i = 0; i < count; i++)
        lanes[i % BN_LANES] = fmaf(x[i], x[i], lanes[i % BN_LANES]);
    float inverse = 1.0f / sqrtf(bn_sum_lanes(lanes) / (float)count + epsilon);
    for (size_t i = 0; i < count; i++)
        out[i] = x[i] * inverse * weight[i];
}

void bn_quantize_scalar(const float *x, size_t count, size_t padded, int8_t *codes, float *scale,
                        int32_t *sum) {
    float largest = BN_QUANTIZE_FLOOR;
    for (size_t i = 0; i < count; i++)
        if (fabsf(x[i]) > largest) largest = fabsf(x[i]);
    float s = 1.0f / largest * 127.0f;
    int32_t total = 0;
    for (size_t i = 0; i < count; i++) {
        float rounded = rintf(x[i] * s);
        rounded = rounded >= -128.0f ? rounded : -128.0f; // NaN too
        rounded = rounded <= 127.0f ? rounded : 127.0f;
        codes[i] = (int8_t)rounded;
        total += codes[i];
    }
    memset(codes + count, 0, padded - count);
    *scale = s;
    *sum = total;
}

void bn_rotate_half_scalar(const float *x, const float *cosines, const float *sines,
                           size_t head_dim, float *out) {
    size_t half = head_dim / 2;
    for (size_t i = 0; i < half; i++) {
        float first = x[i], second = x[i + half];
        out[i] = first * cosines[i] - second * sines[i];
        out[i + half] = second * cosines[i] + first * sines[i];
    }
}

void bn_relu_squared_gate_scalar(float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float positive = gate[i] > 0 ? gate[i] : 0;
        gate[i] = positive * positive * up[i];
    }
}

void bn_silu_gate_scalar(float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++)
        gate[i] = gate[i] / (1.0f + bn_exp_scalar(-gate[i])) * up[i];
}

float bn_exp_scalar(float x) {
    if (x < BN_EXP_MIN) return 0;
    if (x > BN_EXP_MAX) return INFINITY;
    if (x != x) return x;
    float n = rintf(x * BN_EXP_LOG2E);
    float r = fmaf(n, -BN_EXP_LN2_HIGH, x);
    r = fmaf(n, -BN_EXP_LN2_LOW, r);
    float p = BN_EXP_C7;
    p = fmaf(p, r, BN_EXP_C6);
    p = fmaf(p, r, BN_EXP_C5);
    p = fmaf(p, r, BN_EXP_C4);
    p = fmaf(p, r, BN_EXP_C3);
    p = fmaf(p, r, BN_EXP_C2);
    p = fmaf(p, r, 1.0f);
    p = fmaf(p, r, 1.0f);
    // 2^n in two factors: n reaches 128, one more than a float's exponent.
    int32_t whole = (int32_t)n, first = whole / 2, second = whole - first;
    uint32_t bits[2] = {(uint32_t)(first + 127) << 23, (uint32_t)(second + 127) << 23};
    float powers[2];
    memcpy(powers, bits, 8);
    return p * powers[0] * powers[1];
}

void bn_exponential_scalar(const float *x, float *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = bn_exp_scalar(x[i]);
}

void bn_to_half_scalar(const float *x, uint16_t *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = bn_float_to_half(x[i]);
}

uint64_t bn_read_stream_scalar(const void *memory, size_t bytes) {
    const uint64_t *words = memory;
    uint64_t result = 0;
    for (size_t i = 0; i < bytes / 8; i++)
        result ^= words[i];
    return result;
}

uint64_t bn_multiply_add_peak_scalar(size_t iterations) {
    volatile int32_t sink = 3;
    int32_t a = sink, b = sink, sums[4] = {0};
    for (size_t i = 0; i < iterations; i++)
        for (size_t j = 0; j < 4; j++)
            sums[j] = (int32_t)((uint32_t)sums[j] + (uint32_t)(a * b) + (uint32_t)i);
    sink = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
    return 4 * (uint64_t)iterations;
}
