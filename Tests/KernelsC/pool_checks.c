// Items of the thread pool, and when it rests.
#include <stdatomic.h>

#include "../../Sources/CBitNetKernels/dispatch/pool_rest.h"
#include "support.h"

typedef struct {
    bn_thread_pool *pool;
    size_t grain, items;
    atomic_uchar *hits;
    atomic_size_t small, parts;
} claim_task;

static void claim_all(void *context, size_t worker, size_t workers) {
    claim_task *task = context;
    size_t first, end;
    atomic_fetch_add(&task->parts, worker < workers);
    while (bn_thread_pool_claim(task->pool, worker, &first, &end)) {
        for (size_t i = first; i < end; i++)
            atomic_fetch_add(&task->hits[i], 1);
        // Fewer than `grain` at a time are what a share has left.
        if (end - first < task->grain) atomic_fetch_add(&task->small, 1);
    }
}

static void check_claims(size_t workers) {
    static const size_t counts[] = {0, 1, 2, 7, 100, 5000};
    bn_thread_pool *pool = bn_thread_pool_create(workers);
    for (size_t i = 0; i < 200; i++) {
        claim_task task = {.pool = pool,
                           .grain = 1 + random_below(40),
                           .items = random_choice(counts, sizeof counts / sizeof *counts)};
        task.hits = new_buffer(task.items + 1);
        memset(task.hits, 0, task.items + 1);
        bn_thread_pool_run(pool, claim_all, &task, task.items, task.grain);
        size_t once = 0;
        for (size_t n = 0; n < task.items; n++)
            once += task.hits[n] == 1;
        expect_true("every item is claimed once", once == task.items);
        expect_true("every worker's part runs once", task.parts == workers);
        expect_true("claims are of `grain` items", task.small <= workers);
        free(task.hits);
    }
    expect_true("threads take part", bn_thread_pool_active(pool) >= 1);
    bn_thread_pool_destroy(pool);
}

static void check_rest(void) {
    bn_pool_rest rest = {0};
    uint64_t now = UINT64_C(1000000000000);
    expect_true("nobody rests at first", bn_rest_is_over(&rest, 0));
    bn_rest_begin(&rest, now);
    expect_true("a first trial is at once", bn_rest_is_over(&rest, now));
    bn_rest_again(&rest, now);
    uint64_t first = rest.length;
    expect_true("a disturbed one begins a rest", first > 0 && rest.end == now + first);
    expect_true("a rest lasts", !bn_rest_is_over(&rest, now + first - 1));
    expect_true("a rest ends", bn_rest_is_over(&rest, now + first));
    bn_rest_again(&rest, rest.end);
    expect_true("disturbed again it doubles", rest.length == 2 * first);
    bn_rest_begin(&rest, rest.end + 1000);
    expect_true("waiting soon after is no chance", rest.length == 2 * first);
    for (int i = 0; i < 100; i++)
        bn_rest_again(&rest, rest.end);
    expect_true("a rest is bounded", rest.length <= UINT64_C(1000000000));
    bn_rest_begin(&rest, rest.end + 2 * rest.length);
    expect_true("after a good while a trial is at once again", rest.length == 0);
    expect_true("the caller always goes on", bn_rest_fewer(1) == 1 && bn_rest_fewer(8) == 7);
}

void check_pool(void) {
    for (size_t workers = 1; workers <= 6; workers++)
        check_claims(workers);
    check_rest();
}
