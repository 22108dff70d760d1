#include "support.h"

static uint64_t state = 1;
static size_t comparisons, failures;

void random_seed(uint64_t seed) { state = seed * 2 + 1; }

// xorshift64* (Vigna 2016).
uint64_t random_bits(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1D;
}

size_t random_below(size_t bound) { return (size_t)(random_bits() >> 32) % bound; }

float random_float(void) { return (float)(int32_t)(random_bits() >> 32) * 0x1p-31f; }

size_t random_choice(const size_t *sizes, size_t count) { return sizes[random_below(count)]; }

bn_stream random_stream(void) {
    static const size_t ahead[] = {0, 64, 1000, 4096, 16384, 65536};
    return (bn_stream){.ahead = (uint32_t)random_choice(ahead, sizeof ahead / sizeof *ahead),
                       .level = 1 + (uint32_t)random_below(2),
                       .rows = 1 + (uint32_t)random_below(2)};
}

void *new_buffer(size_t bytes) {
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes) != 0) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    return memory;
}

float *new_floats(size_t count) {
    float *values = new_buffer(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = random_float();
    return values;
}

void *copy_buffer(const void *bytes, size_t count) {
    void *copy = new_buffer(count);
    memcpy(copy, bytes, count);
    return copy;
}

static void fail(const bn_kernels *table, const char *what) {
    if (++failures <= 20) fprintf(stderr, "FAIL %s: %s\n", table->name, what);
}

static bool same_float(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

void expect_same_floats(const bn_kernels *table, const char *what, const float *expected,
                        const float *actual, size_t count) {
    comparisons++;
    for (size_t i = 0; i < count; i++) {
        if (same_float(expected[i], actual[i])) continue;
        char text[256];
        snprintf(text, sizeof text, "%s: value %zu is %a, the reference gives %a", what, i,
                 (double)actual[i], (double)expected[i]);
        fail(table, text);
        return;
    }
}

void expect_same_bytes(const bn_kernels *table, const char *what, const void *expected,
                       const void *actual, size_t count) {
    comparisons++;
    const uint8_t *a = expected, *b = actual;
    for (size_t i = 0; i < count; i++) {
        if (a[i] == b[i]) continue;
        char text[256];
        snprintf(text, sizeof text, "%s: byte %zu is %d, the reference gives %d", what, i, b[i],
                 a[i]);
        fail(table, text);
        return;
    }
}

void expect_true(const char *what, bool condition) {
    comparisons++;
    if (condition) return;
    failures++;
    fprintf(stderr, "FAIL %s\n", what);
}

int report(void) {
    printf("%zu comparisons, %zu failed\n", comparisons, failures);
    return failures == 0 && comparisons > 0 ? 0 : 1;
}
