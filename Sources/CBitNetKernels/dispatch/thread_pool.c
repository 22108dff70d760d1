// A persistent pool: workers spin for the next task, then park. One barrier a task.
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

// Tries before a worker parks (tens of microseconds: longer than the gap between two steps of a
// token) and before the caller yields its core while it waits.
#define BN_SPINS 20000

#define BN_CACHE_LINE 64

struct bn_thread_pool {
    _Alignas(BN_CACHE_LINE) atomic_size_t generation; // one more for every task
    _Alignas(BN_CACHE_LINE) atomic_size_t running;    // workers that have not finished it
    _Alignas(BN_CACHE_LINE) atomic_size_t parked;
    _Alignas(BN_CACHE_LINE) bn_task task;
    void *context;
    bool stopping;
    size_t workers;
    pthread_mutex_t mutex;
    pthread_mutex_t caller; // held by the one caller whose task runs
    pthread_cond_t wake;
    pthread_t *threads;
};

typedef struct {
    bn_thread_pool *pool;
    size_t worker;
} worker_start;

// Waits until the generation is no longer `seen`.
static size_t wait_for_task(bn_thread_pool *pool, size_t seen) {
    for (size_t i = 0; i < BN_SPINS; i++) {
        size_t now = atomic_load_explicit(&pool->generation, memory_order_acquire);
        if (now != seen) return now;
        BN_PAUSE();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->parked, 1);
    while (atomic_load(&pool->generation) == seen)
        pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->parked, 1);
    pthread_mutex_unlock(&pool->mutex);
    return atomic_load(&pool->generation);
}

static void *work(void *start) {
    bn_thread_pool *pool = ((worker_start *)start)->pool;
    size_t worker = ((worker_start *)start)->worker, seen = 0;
    free(start);
    for (;;) {
        seen = wait_for_task(pool, seen);
        if (pool->stopping) return NULL;
        pool->task(pool->context, worker, pool->workers);
        atomic_fetch_sub_explicit(&pool->running, 1, memory_order_release);
    }
}

// Publishes what the caller wrote to the pool. The order (generation, then parked) pairs with the
// worker's (parked, then generation): one of the two sees the other.
static void publish(bn_thread_pool *pool) {
    atomic_fetch_add(&pool->generation, 1);
    if (atomic_load(&pool->parked) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

static bool start_worker(bn_thread_pool *pool, size_t worker) {
    worker_start *start = malloc(sizeof *start);
    if (!start) return false;
    *start = (worker_start){pool, worker};
    if (pthread_create(&pool->threads[worker - 1], NULL, work, start) == 0) return true;
    free(start);
    return false;
}

bn_thread_pool *bn_thread_pool_create(size_t workers) {
    bn_thread_pool *pool = aligned_alloc(BN_CACHE_LINE, sizeof *pool);
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_mutex_init(&pool->caller, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->threads = calloc(workers, sizeof *pool->threads);
    pool->workers = 1;
    for (size_t worker = 1; pool->threads && worker < workers; worker++) {
        if (!start_worker(pool, worker)) break;
        pool->workers = worker + 1;
    }
    if (pool->threads && pool->workers == workers) return pool;
    bn_thread_pool_destroy(pool);
    return NULL;
}

void bn_thread_pool_destroy(bn_thread_pool *pool) {
    pool->stopping = true;
    publish(pool);
    for (size_t i = 0; i + 1 < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    pthread_mutex_destroy(&pool->caller);
    free(pool->threads);
    free(pool);
}

void bn_thread_pool_run(bn_thread_pool *pool, bn_task task, void *context) {
    pthread_mutex_lock(&pool->caller);
    if (pool->workers > 1) {
        pool->task = task;
        pool->context = context;
        atomic_store_explicit(&pool->running, pool->workers - 1, memory_order_relaxed);
        publish(pool);
    }
    task(context, 0, pool->workers);
    for (size_t i = 0; atomic_load_explicit(&pool->running, memory_order_acquire) != 0; i++) {
        if (i < BN_SPINS) {
            BN_PAUSE();
        } else {
            sched_yield();
        }
    }
    pthread_mutex_unlock(&pool->caller);
}
