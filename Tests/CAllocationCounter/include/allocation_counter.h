// Counts the allocations of this process, on all threads, while counting is on.
//
//     bn_start_counting_allocations();
//     ...
//     size_t count = bn_stop_counting_allocations();
#ifndef BN_ALLOCATION_COUNTER_H
#define BN_ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

// Whether this build can count: with glibc, and without an address sanitizer, which has an
// allocator of its own.
bool bn_can_count_allocations(void);

// Counts from zero on.
void bn_start_counting_allocations(void);

// Ends counting; returns how many blocks were allocated, grown or shrunk since the start.
size_t bn_stop_counting_allocations(void);

#endif
