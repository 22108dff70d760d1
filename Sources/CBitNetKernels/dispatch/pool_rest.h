// When fewer threads are faster: a worker that another process has put aside in the middle of a
// part keeps all others waiting for some milliseconds.
#ifndef BITNET_POOL_REST_H
#define BITNET_POOL_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// Waiting that counts: longer than a worker that runs ever takes for what it has claimed.
#define BN_REST_WAIT UINT64_C(150000)
// A first rest is so many times as long as the waiting that led to it; each further one is twice as
// long as the last, up to a second, unless the workers got along for as long in between.
#define BN_REST_FACTOR 16
#define BN_REST_MOST UINT64_C(1000000000)

// In nanoseconds of a clock that does not jump.
typedef struct {
    uint64_t length; // of the last rest; 0: none that still counts
    uint64_t end;
} bn_pool_rest;

static inline uint64_t bn_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

// Begins a rest after `waited`, if that was long enough.
static inline bool bn_rest_begin(bn_pool_rest *rest, uint64_t waited, uint64_t now) {
    if (waited < BN_REST_WAIT) return false;
    bool recent = rest->length && now < rest->end + rest->length;
    uint64_t length = BN_REST_FACTOR * waited;
    if (recent && length < 2 * rest->length) length = 2 * rest->length;
    rest->length = length < BN_REST_MOST ? length : BN_REST_MOST;
    rest->end = now + rest->length;
    return true;
}

static inline bool bn_rest_is_over(const bn_pool_rest *rest, uint64_t now) {
    return now >= rest->end;
}

// Workers that go on: one fewer, and at least the caller.
static inline size_t bn_rest_fewer(size_t active) { return active > 1 ? active - 1 : 1; }

#endif
