// Norm, quantisation, rotary embedding, gates, exp and float16 against the reference table.
#include "support.h"

static const size_t sizes[] = {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 47, 48, 49, 100, 255, 256, 1000};
#define RANDOM_SIZE() random_choice(sizes, sizeof sizes / sizeof *sizes)

static const float specials[] = {0.0f,    -0.0f,    INFINITY,  -INFINITY, NAN,      0x1p-149f,
                                 -1e-40f, 0x1p127f, -0x1p127f, 65504.0f,  65520.0f, 6e-8f};

static float special(void) { return specials[random_below(sizeof specials / sizeof *specials)]; }

static void check_rms_norm(const kernel_suite *suite, size_t count) {
    float *x = new_floats(count), *weight = new_floats(count), *expected = new_floats(count);
    suite->reference->rms_norm(x, weight, count, 1e-5f, expected);
    for (size_t i = 0; i < suite->count; i++) {
        float *out = copy_buffer(x, count * sizeof *x);
        suite->tables[i]->rms_norm(out, weight, count, 1e-5f, out);
        expect_same_floats(suite->tables[i], "rms_norm", expected, out, count);
        free(out);
    }
    free(expected);
    free(weight);
    free(x);
}

// Values of which many lie exactly between two codes when the largest is 127 / 2^n.
static float *quantizable(size_t count, bool ties) {
    float *x = new_floats(count);
    if (!ties) return x;
    for (size_t i = 0; i < count; i++)
        x[i] = ((float)random_below(507) - 253) * 0.25f;
    x[random_below(count)] = 63.5f;
    return x;
}

static void check_quantize(const kernel_suite *suite, const float *x, size_t count) {
    size_t padded = random_below(2) ? count : (count + 127) / 128 * 128;
    int8_t *expected = new_buffer(padded), *codes = new_buffer(padded);
    float expected_scale, scale;
    int32_t expected_sum, sum, total = 0;
    suite->reference->quantize(x, count, padded, expected, &expected_scale, &expected_sum);
    for (size_t i = 0; i < padded; i++)
        total += expected[i];
    expect_true("the sum of the codes", total == expected_sum);
    for (size_t i = 0; i < suite->count; i++) {
        memset(codes, 77, padded);
        suite->tables[i]->quantize(x, count, padded, codes, &scale, &sum);
        expect_same_bytes(suite->tables[i], "quantize", expected, codes, padded);
        expect_same_floats(suite->tables[i], "quantize's scale", &expected_scale, &scale, 1);
        expect_same_bytes(suite->tables[i], "quantize's sum", &expected_sum, &sum, sizeof sum);
    }
    free(codes);
    free(expected);
}

static void check_quantizations(const kernel_suite *suite, size_t count) {
    for (int kind = 0; kind < 4; kind++) {
        float *x = quantizable(count, kind == 1);
        if (kind == 2) memset(x, 0, count * sizeof *x);
        if (kind == 3) x[random_below(count)] = NAN;
        check_quantize(suite, x, count);
        free(x);
    }
}

static void check_rotation(const kernel_suite *suite, size_t half) {
    size_t head_dim = 2 * half;
    float *x = new_floats(head_dim), *cosines = new_floats(half), *sines = new_floats(half);
    float *expected = new_floats(head_dim);
    suite->reference->rotate_half(x, cosines, sines, head_dim, expected);
    for (size_t i = 0; i < suite->count; i++) {
        float *out = copy_buffer(x, head_dim * sizeof *x);
        suite->tables[i]->rotate_half(out, cosines, sines, head_dim, out);
        expect_same_floats(suite->tables[i], "rotate_half", expected, out, head_dim);
        free(out);
    }
    free(expected);
    free(sines);
    free(cosines);
    free(x);
}

typedef void (*gate_function)(float *gate, const float *up, size_t count);

static gate_function gate_of(const bn_kernels *table, bool silu) {
    return silu ? table->silu_gate : table->relu_squared_gate;
}

static void check_gate(const kernel_suite *suite, bool silu, size_t count) {
    float *gate = new_floats(count), *up = new_floats(count);
    for (size_t i = 0; i < count; i++)
        gate[i] = random_below(8) ? gate[i] * 12 : special();
    float *expected = copy_buffer(gate, count * sizeof *gate);
    gate_of(suite->reference, silu)(expected, up, count);
    for (size_t i = 0; i < suite->count; i++) {
        float *out = copy_buffer(gate, count * sizeof *gate);
        gate_of(suite->tables[i], silu)(out, up, count);
        expect_same_floats(suite->tables[i], silu ? "silu_gate" : "relu_squared_gate", expected,
                           out, count);
        free(out);
    }
    free(expected);
    free(up);
    free(gate);
}

void check_vectors(const kernel_suite *suite) {
    for (int i = 0; i < 60; i++) {
        check_rms_norm(suite, RANDOM_SIZE());
        check_quantizations(suite, RANDOM_SIZE());
        check_rotation(suite, RANDOM_SIZE());
        check_gate(suite, i & 1, RANDOM_SIZE());
    }
}

// Distance of `value` from `truth` in units of the last place of `truth`.
static double error_in_ulp(float value, double truth) {
    int exponent;
    frexp(truth, &exponent);
    return fabs((double)value - truth) / ldexp(1, exponent - 24);
}

void check_exponential(const kernel_suite *suite) {
    size_t count = 4001;
    float *x = new_floats(count), *expected = new_floats(count), *out = new_floats(count);
    for (size_t i = 0; i < count; i++)
        x[i] = random_below(50) ? x[i] * 87 : special();
    x[0] = -87.4f;
    x[1] = 88.8f;
    suite->reference->exponential(x, expected, count);
    expect_true("exp below its range is 0", expected[0] == 0);
    expect_true("exp above its range is infinite", isinf(expected[1]));
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (fabsf(x[i]) <= 87)
            largest = fmax(largest, error_in_ulp(expected[i], exp((double)x[i])));
    expect_true("exp is within 2 ulp", largest <= 2);
    for (size_t i = 0; i < suite->count; i++) {
        suite->tables[i]->exponential(x, out, count);
        expect_same_floats(suite->tables[i], "exponential", expected, out, count);
    }
    free(out);
    free(expected);
    free(x);
}

// Every finite half survives the way to float32 and back; random floats round alike.
void check_half(const kernel_suite *suite) {
    size_t count = 65536;
    uint16_t *halves = new_buffer(count * sizeof *halves), *out = new_buffer(count * sizeof *out);
    float *floats = new_floats(count);
    for (size_t i = 0; i < count; i++)
        halves[i] = (uint16_t)((i & 0x7C00) == 0x7C00 ? i & 0xFC00 : i);
    bn_decode_float16((const uint8_t *)halves, count, floats);
    for (size_t i = 0; i < suite->count; i++) {
        suite->tables[i]->to_half(floats, out, count);
        expect_same_bytes(suite->tables[i], "to_half of a half", halves, out, count * 2);
        float *decoded = new_floats(count);
        suite->tables[i]->from_half(halves, decoded, count - i);
        expect_same_floats(suite->tables[i], "from_half", floats, decoded, count - i);
        free(decoded);
    }
    for (size_t i = 0; i < count; i++)
        floats[i] =
            random_below(100) ? ldexpf(random_float(), (int)random_below(44) - 26) : special();
    for (size_t start = 0; start < 40; start++) {
        suite->reference->to_half(floats + start, halves, count - start);
        for (size_t i = 0; i < suite->count; i++) {
            suite->tables[i]->to_half(floats + start, out, count - start);
            expect_same_bytes(suite->tables[i], "to_half", halves, out, (count - start) * 2);
        }
    }
    free(floats);
    free(out);
    free(halves);
}

void check_probes(const kernel_suite *suite) {
    size_t bytes = 5 * 1024;
    uint8_t *memory = new_buffer(bytes);
    for (size_t i = 0; i < bytes; i++)
        memory[i] = (uint8_t)random_bits();
    uint64_t expected = suite->reference->read_stream(memory, bytes);
    for (size_t i = 0; i < suite->count; i++) {
        uint64_t read = suite->tables[i]->read_stream(memory, bytes);
        expect_same_bytes(suite->tables[i], "read_stream", &expected, &read, sizeof read);
        expect_true("the arithmetic probe counts", suite->tables[i]->multiply_add_peak(10) > 0);
    }
    free(memory);
}
