// A persistent pool: workers spin for the next task, then park.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../shared/internal.h"

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

#define BN_CACHE_LINE 64

// A task has as many parts as the pool has workers. Whoever is free claims the next one, the caller
// included: a worker that the system has not scheduled yet delays nobody.
struct bn_thread_pool {
    _Alignas(BN_CACHE_LINE) atomic_uint_fast64_t ticket; // task number << 16 | next part to claim
    _Alignas(BN_CACHE_LINE) atomic_size_t running;       // parts that are not done
    _Alignas(BN_CACHE_LINE) atomic_size_t parked;
    _Alignas(BN_CACHE_LINE) bn_task task;
    void *context;
    atomic_bool stopping;
    size_t workers;
    pthread_mutex_t mutex;
    pthread_mutex_t caller; // held by the one caller whose task runs
    pthread_cond_t wake;
    pthread_t *threads;
};

#define BN_PART_BITS 16
#define BN_PART_MASK ((UINT64_C(1) << BN_PART_BITS) - 1)

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

static void wait_for_part(bn_thread_pool *pool) {
    for (size_t i = 0; i < BN_SPINS; i++) {
        uint_fast64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
        if ((ticket & BN_PART_MASK) < pool->workers) return;
        BN_PAUSE();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->parked, 1);
    while (!has_part(pool))
        pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->parked, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void *work(void *argument) {
    bn_thread_pool *pool = argument;
    for (;;) {
        wait_for_part(pool);
        if (pool->stopping) return NULL;
        run_parts(pool);
    }
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
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < threads; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->caller);
    pthread_mutex_destroy(&pool->mutex);
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
    pool->workers = workers;
    atomic_store(&pool->ticket, workers); // task 0 has no part left
    pool->threads = calloc(workers, sizeof *pool->threads);
    size_t started = 1;
    while (pool->threads && started < workers &&
           pthread_create(&pool->threads[started - 1], NULL, work, pool) == 0)
        started++;
    if (pool->threads && started == workers) return pool;
    stop(pool, started - 1);
    return NULL;
}

void bn_thread_pool_destroy(bn_thread_pool *pool) { stop(pool, pool->workers - 1); }

void bn_thread_pool_run(bn_thread_pool *pool, bn_task task, void *context) {
    pthread_mutex_lock(&pool->caller);
    pool->task = task;
    pool->context = context;
    atomic_store_explicit(&pool->running, pool->workers, memory_order_relaxed);
    uint_fast64_t number = (atomic_load(&pool->ticket) >> BN_PART_BITS) + 1;
    atomic_store(&pool->ticket, number << BN_PART_BITS);
    wake(pool);
    run_parts(pool);
    for (size_t i = 0; atomic_load_explicit(&pool->running, memory_order_acquire) != 0; i++) {
        if (i < BN_SPINS) {
            BN_PAUSE();
        } else {
            sched_yield();
        }
    }
    pthread_mutex_unlock(&pool->caller);
}
