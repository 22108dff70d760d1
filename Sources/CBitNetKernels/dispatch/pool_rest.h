// When fewer threads are faster: a worker that another process has put aside in the middle of a
// part keeps all others waiting for some milliseconds. It rests then, and comes back when it has
// run for a while without being put aside.
#ifndef BITNET_POOL_REST_H
#define BITNET_POOL_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// Waiting that counts: longer than a worker that runs ever takes for what it has claimed, and than
// most moments for which a host takes a virtual processor away.
#define BN_REST_WAIT UINT64_C(1500000)
// The first rest after a trial that another process disturbed, and the longest; each further one
// is twice as long as the last, unless the worker got along for as long in between.
#define BN_REST_FIRST UINT64_C(50000000)
#define BN_REST_MOST UINT64_C(1000000000)
// How long a worker runs for a trial: some times the few milliseconds for which systems let one of
// two processes run. Gaps of so much count; another process of equal priority takes half of the
// time, and a quarter of it is too much.
#define BN_TRIAL UINT64_C(12000000)
#define BN_TRIAL_GAP UINT64_C(200000)
#define BN_TRIAL_LOSS (BN_TRIAL / 4)

// In nanoseconds of a clock that does not jump.
typedef struct {
    uint64_t length; // of the last rest; 0: the next trial is at once
    uint64_t end;
} bn_pool_rest;

static inline uint64_t bn_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

// Begins a rest. A single long pause may have been chance: the first trial is at once.
static inline void bn_rest_begin(bn_pool_rest *rest, uint64_t now) {
    if (now >= rest->end + rest->length) rest->length = 0;
    rest->end = now + rest->length;
}

// Begins the next one after a trial that was disturbed.
static inline void bn_rest_again(bn_pool_rest *rest, uint64_t now) {
    uint64_t length = rest->length ? 2 * rest->length : BN_REST_FIRST;
    rest->length = length < BN_REST_MOST ? length : BN_REST_MOST;
    rest->end = now + rest->length;
}

static inline bool bn_rest_is_over(const bn_pool_rest *rest, uint64_t now) {
    return now >= rest->end;
}

// Runs for BN_TRIAL, or until it was put aside for too long; whether it was not.
static inline bool bn_trial_is_undisturbed(void) {
    uint64_t start = bn_nanoseconds(), last = start, lost = 0;
    while (last - start < BN_TRIAL && lost <= BN_TRIAL_LOSS) {
        uint64_t now = bn_nanoseconds();
        if (now - last > BN_TRIAL_GAP) lost += now - last;
        last = now;
    }
    return lost <= BN_TRIAL_LOSS;
}

// Workers that go on: one fewer, and at least the caller.
static inline size_t bn_rest_fewer(size_t active) { return active > 1 ? active - 1 : 1; }

#endif
