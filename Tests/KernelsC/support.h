// What the kernel checks share: random data, exact buffers, comparison bit by bit.
#ifndef BITNET_KERNEL_CHECKS_H
#define BITNET_KERNEL_CHECKS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitnet_kernels.h"

// The tables to check; every one must equal `reference`.
typedef struct {
    const bn_kernels *tables[8];
    size_t count;
    const bn_kernels *reference;
} kernel_suite;

void check_ternary(const kernel_suite *suite);
void check_dense(const kernel_suite *suite);
void check_head(const kernel_suite *suite);
void check_attention(const kernel_suite *suite);
void check_vectors(const kernel_suite *suite);
void check_exponential(const kernel_suite *suite);
void check_half(const kernel_suite *suite);
void check_training(const kernel_suite *suite);
void check_probes(const kernel_suite *suite);
void check_pool(void);

void random_seed(uint64_t seed);
uint64_t random_bits(void);
size_t random_below(size_t bound);
// Uniform in -1 ..< 1.
float random_float(void);
// One of `count` sizes.
size_t random_choice(const size_t *sizes, size_t count);
// A way to read weights, on which no result may depend.
bn_stream random_stream(void);

// Exactly `bytes` bytes at a multiple of 64, so that the address sanitizer sees every overrun.
void *new_buffer(size_t bytes);
float *new_floats(size_t count);
void *copy_buffer(const void *bytes, size_t count);

// Counts a comparison; says what differs and counts a failure if the bits differ. Two NaN are
// equal.
void expect_same_floats(const bn_kernels *table, const char *what, const float *expected,
                        const float *actual, size_t count);
void expect_same_bytes(const bn_kernels *table, const char *what, const void *expected,
                       const void *actual, size_t count);
// Counts a comparison that failed unless `condition`.
void expect_true(const char *what, bool condition);

// Prints the totals; the process's exit status.
int report(void);

#endif
