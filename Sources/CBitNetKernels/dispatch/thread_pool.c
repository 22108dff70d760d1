// A persistent pool: workers spin for the next task, then park.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../shared/internal.h"
#include "pool_rest.h"

#if defined(__x86_64__)
#define BN_PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define BN_PAUSE() __asm__ volatile("yield")
#else
#define BN_PAUSE() ((void)0)
#endif

// Tries before a worker parks and before the caller yields its core while it waits: some tenths of
// a millisecond, longer than the gap between two steps of a token.
#define BN_SPINS 20000

#define BN_CACHE_LINE 128 // two lines: processors fetch them in pairs

// Items of a step that a worker has not claimed yet: first << 32 | end. The worker takes its own
// from the front, which keeps its reading one stream; others take from the back.
typedef struct {
    _Alignas(BN_CACHE_LINE) atomic_uint_fast64_t range;
} share;

// Weights that the next step reads, in items as it deals them: workers that wait fetch the first of
// their share. Read by others as it is written; whatever they make of it is only fetched.
typedef struct {
    atomic_uintptr_t items;
    atomic_size_t count, item_bytes;
    atomic_uint_fast64_t task; // the number of the task that reads them
} next_weights;

// Bytes of its share that a worker fetches: less than a second-level cache.
#define BN_FETCHED (256 << 10)
// Lines between two looks for a task.
#define BN_FETCHED_AT_ONCE 8

// A task has as many parts as the pool has workers. Whoever is free claims the next one, the caller
// included: a worker that the system has not scheduled yet delays nobody.
struct bn_thread_pool {
    _Alignas(BN_CACHE_LINE) atomic_uint_fast64_t ticket; // task number << 16 | next part to claim
    _Alignas(BN_CACHE_LINE) atomic_size_t running;       // parts that are not done
    _Alignas(BN_CACHE_LINE) atomic_size_t parked;
    _Alignas(BN_CACHE_LINE) atomic_size_t active; // workers that take part, the caller included
    bn_task task;
    void *context;
    size_t grain; // the fewest items that are claimed at once
    atomic_bool stopping;
    size_t workers;
    pthread_mutex_t mutex;
    pthread_mutex_t caller; // held by the one caller whose task runs
    pthread_cond_t wake;    // a task is there
    pthread_cond_t rejoin;  // a worker that rests may try again
    pthread_t *threads;
    share *shares;
    next_weights next;
    bn_pool_rest rest;  // the caller's; a worker's while it tries
    atomic_bool trying; // a worker has been asked to run a trial and has not ended it
};

#define BN_PART_BITS 16
#define BN_PART_MASK ((UINT64_C(1) << BN_PART_BITS) - 1)

// ---- items ----

// Deals items to as many shares as workers take part; a part without one takes of the others'.
static void deal_items(bn_thread_pool *pool, size_t active, size_t items, size_t grain) {
    pool->grain = grain;
    for (size_t i = 0; i < pool->workers; i++) {
        uint64_t first = items * bn_min(i, active) / active;
        uint64_t end = items * bn_min(i + 1, active) / active;
        atomic_store_explicit(&pool->shares[i].range, first << 32 | end, memory_order_relaxed);
    }
}

// Claims some items of a share: half of what is left, between `grain` and four times as many, so
// that shares end about together.
static bool claim_from(share *s, size_t grain, bool front, size_t *first, size_t *end) {
    uint_fast64_t range = atomic_load_explicit(&s->range, memory_order_relaxed);
    for (;;) {
        size_t from = range >> 32, to = range & UINT32_MAX, left = to - from;
        if (left == 0) return false;
        size_t count = bn_min(left, bn_min(4 * grain, left / 2 > grain ? left / 2 : grain));
        *first = front ? from : to - count;
        *end = *first + count;
        uint_fast64_t rest =
            front ? (uint64_t)(from + count) << 32 | to : (uint64_t)from << 32 | (to - count);
        if (atomic_compare_exchange_weak_explicit(&s->range, &range, rest, memory_order_relaxed,
                                                  memory_order_relaxed))
            return true;
    }
}

bool bn_thread_pool_claim(bn_thread_pool *pool, size_t worker, size_t *first, size_t *end) {
    if (claim_from(&pool->shares[worker], pool->grain, true, first, end)) return true;
    for (size_t i = 1; i < pool->workers; i++)
        if (claim_from(&pool->shares[(worker + i) % pool->workers], pool->grain, false, first, end))
            return true;
    return false;
}

// ---- workers ----

// Claims and runs parts of the current task until none is left. Task and context may be read after
// a claim only: until the part is done, the caller can't publish another task.
static void run_parts(bn_thread_pool *pool) {
    uint_fast64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    while ((ticket & BN_PART_MASK) < pool->workers && !pool->stopping) {
        if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + 1,
                                                   memory_order_acq_rel, memory_order_acquire))
            continue;
        pool->task(pool->context, ticket & BN_PART_MASK, pool->workers);
        atomic_fetch_sub_explicit(&pool->running, 1, memory_order_release);
        ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

static bool has_part(bn_thread_pool *pool) {
    return (atomic_load(&pool->ticket) & BN_PART_MASK) < pool->workers || pool->stopping;
}

static bool is_active(bn_thread_pool *pool, size_t index) {
    return index < atomic_load_explicit(&pool->active, memory_order_relaxed) || pool->stopping;
}

// What a waiting worker fetches.
typedef struct {
    uint_fast64_t task; // that reads it
    uintptr_t line, end;
} fetching;

// The next few lines of the worker's share of what the task after the one of `ticket` reads; false
// when nothing is left to fetch.
static bool fetch_some(bn_thread_pool *pool, size_t index, uint_fast64_t ticket, fetching *f) {
    uint_fast64_t task = atomic_load_explicit(&pool->next.task, memory_order_acquire);
    if (task != (ticket >> BN_PART_BITS) + 1) return false;
    if (task != f->task) {
        size_t first = atomic_load(&pool->next.count) * index / pool->workers;
        f->task = task;
        f->line = atomic_load(&pool->next.items) + first * atomic_load(&pool->next.item_bytes);
        f->end = f->line + BN_FETCHED;
    }
    for (size_t i = 0; i < BN_FETCHED_AT_ONCE && f->line < f->end; i++, f->line += BN_LINE_BYTES)
        bn_fetch((const void *)f->line, 2);
    return f->line < f->end;
}

// A trial of the first worker that rests, which holds the mutex; it takes part afterwards if
// nothing disturbed it.
static void try_again(bn_thread_pool *pool, size_t index) {
    pthread_mutex_unlock(&pool->mutex);
    bool joins = bn_trial_is_undisturbed();
    pthread_mutex_lock(&pool->mutex);
    if (joins) {
        atomic_store(&pool->active, index + 1);
    } else {
        bn_rest_again(&pool->rest, bn_nanoseconds());
    }
    atomic_store(&pool->trying, false);
}

static void wait_for_part(bn_thread_pool *pool, size_t index) {
    fetching f = {0};
    for (size_t i = 0; i < BN_SPINS && is_active(pool, index); i++) {
        uint_fast64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
        if ((ticket & BN_PART_MASK) < pool->workers) return;
        if (!fetch_some(pool, index, ticket, &f)) BN_PAUSE();
    }
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        if (!is_active(pool, index)) {
            if (pool->trying && index == atomic_load(&pool->active)) {
                try_again(pool, index);
            } else {
                pthread_cond_wait(&pool->rejoin, &pool->mutex);
            }
            continue;
        }
        atomic_fetch_add(&pool->parked, 1);
        bool found = has_part(pool);
        if (!found) pthread_cond_wait(&pool->wake, &pool->mutex);
        atomic_fetch_sub(&pool->parked, 1);
        if (found) break;
    }
    pthread_mutex_unlock(&pool->mutex);
}

typedef struct {
    bn_thread_pool *pool;
    size_t index;
} worker;

static void *work(void *argument) {
    worker self = *(worker *)argument;
    free(argument);
    for (;;) {
        wait_for_part(self.pool, self.index);
        if (self.pool->stopping) return NULL;
        run_parts(self.pool);
    }
}

static bool start_worker(bn_thread_pool *pool, size_t index) {
    worker *self = malloc(sizeof *self);
    if (!self) return false;
    *self = (worker){pool, index};
    if (pthread_create(&pool->threads[index - 1], NULL, work, self) == 0) return true;
    free(self);
    return false;
}

// Wakes who is parked. The order (ticket, then parked) pairs with the worker's (parked, then
// ticket): one of the two sees the other.
static void wake(bn_thread_pool *pool) {
    if (atomic_load(&pool->parked) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

// Ends `threads` threads and frees the pool.
static void stop(bn_thread_pool *pool, size_t threads) {
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    // A ticket with free parts ends the spinning; `stopping`, written before it, keeps them
    // unclaimed.
    atomic_store(&pool->ticket, 0);
    pthread_cond_broadcast(&pool->wake);
    pthread_cond_broadcast(&pool->rejoin);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < threads; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->rejoin);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->caller);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->shares);
    free(pool->threads);
    free(pool);
}

bn_thread_pool *bn_thread_pool_create(size_t workers) {
    if (workers < 1 || workers > BN_PART_MASK) return NULL;
    bn_thread_pool *pool = aligned_alloc(BN_CACHE_LINE, sizeof *pool);
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_mutex_init(&pool->caller, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->rejoin, NULL);
    pool->workers = workers;
    atomic_store(&pool->ticket, workers); // task 0 has no part left
    atomic_store(&pool->active, workers);
    pool->threads = calloc(workers, sizeof *pool->threads);
    pool->shares = aligned_alloc(BN_CACHE_LINE, workers * sizeof *pool->shares);
    size_t started = 1;
    while (pool->threads && pool->shares && started < workers && start_worker(pool, started))
        started++;
    if (pool->threads && pool->shares && started == workers) return pool;
    stop(pool, started - 1);
    return NULL;
}

void bn_thread_pool_destroy(bn_thread_pool *pool) { stop(pool, pool->workers - 1); }

// ---- the caller ----

// One worker fewer takes part.
static void begin_rest(bn_thread_pool *pool, uint64_t now) {
    bn_rest_begin(&pool->rest, now);
    atomic_store(&pool->active, bn_rest_fewer(atomic_load(&pool->active)));
}

// Asks a worker whose rest is over for a trial.
static void end_rest(bn_thread_pool *pool) {
    if (atomic_load(&pool->trying) || !bn_rest_is_over(&pool->rest, bn_nanoseconds())) return;
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->trying, true);
    pthread_cond_broadcast(&pool->rejoin);
    pthread_cond_broadcast(&pool->wake); // who parked before its rest began
    pthread_mutex_unlock(&pool->mutex);
}

// Waits until all parts are done; the nanoseconds that took, where it was long, but for those in
// which the caller itself was put aside.
static uint64_t wait_for_workers(bn_thread_pool *pool) {
    uint64_t waited = 0, last = 0;
    for (size_t i = 0; atomic_load_explicit(&pool->running, memory_order_acquire) != 0; i++) {
        if (i < BN_SPINS) {
            BN_PAUSE();
        } else {
            sched_yield();
        }
        if (i < BN_SPINS / 64) continue;
        uint64_t now = bn_nanoseconds();
        if (last && now - last < BN_TRIAL_GAP) waited += now - last;
        last = now;
    }
    return waited;
}

static void run_alone(bn_thread_pool *pool) {
    for (size_t part = 0; part < pool->workers; part++)
        pool->task(pool->context, part, pool->workers);
}

static void run_together(bn_thread_pool *pool, bool claims) {
    atomic_store_explicit(&pool->running, pool->workers, memory_order_relaxed);
    uint_fast64_t number = (atomic_load(&pool->ticket) >> BN_PART_BITS) + 1;
    // The first part, and the first share of the items, is the caller's.
    atomic_store(&pool->ticket, number << BN_PART_BITS | 1);
    wake(pool);
    uint64_t start = bn_nanoseconds();
    pool->task(pool->context, 0, pool->workers);
    atomic_fetch_sub_explicit(&pool->running, 1, memory_order_release);
    run_parts(pool);
    uint64_t worked = bn_nanoseconds() - start, waited = wait_for_workers(pool);
    // Equal parts may take a slower processor longer; who claims small pieces is done about
    // together.
    if (claims && waited > worked && waited > BN_REST_WAIT && !atomic_load(&pool->trying))
        begin_rest(pool, start + worked + waited);
}

void bn_thread_pool_run(bn_thread_pool *pool, bn_task task, void *context, size_t items,
                        size_t grain) {
    pthread_mutex_lock(&pool->caller);
    pool->task = task;
    pool->context = context;
    size_t active = atomic_load_explicit(&pool->active, memory_order_relaxed);
    if (active < pool->workers) end_rest(pool);
    deal_items(pool, active, items, grain ? grain : 1);
    if (active == 1) {
        run_alone(pool);
    } else {
        run_together(pool, items > 0);
    }
    pthread_mutex_unlock(&pool->caller);
}

void bn_thread_pool_announce(bn_thread_pool *pool, const void *items, size_t count,
                             size_t item_bytes) {
    atomic_store(&pool->next.items, (uintptr_t)items);
    atomic_store(&pool->next.count, count);
    atomic_store(&pool->next.item_bytes, item_bytes);
    uint_fast64_t task = (atomic_load(&pool->ticket) >> BN_PART_BITS) + 1;
    atomic_store_explicit(&pool->next.task, task, memory_order_release);
}

size_t bn_thread_pool_active(bn_thread_pool *pool) { return atomic_load(&pool->active); }
