// Swift closures as tasks of a pool. Swift itself can hand a closure to a C function only in memory
// from the heap; a closure that does not escape is two words, a function and what it captured,
// which its convention passes as the context argument.
#include "../shared/internal.h"

typedef __attribute__((swiftcall)) void (*swift_body)(size_t worker, size_t workers,
                                                      __attribute__((swift_context)) void *context);

struct closure {
    swift_body body;
    void *context;
};

static void call(void *context, size_t worker, size_t workers) {
    struct closure *closure = context;
    closure->body(worker, workers, closure->context);
}

// Declared in ThreadPool.swift.
__attribute__((swiftcall)) void bn_thread_pool_run_closure(bn_thread_pool *pool, size_t items,
                                                           size_t grain, swift_body body,
                                                           void *context);

void bn_thread_pool_run_closure(bn_thread_pool *pool, size_t items, size_t grain, swift_body body,
                                void *context) {
    struct closure closure = {body, context};
    bn_thread_pool_run(pool, call, &closure, items, grain);
}
