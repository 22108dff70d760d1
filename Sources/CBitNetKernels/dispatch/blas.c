// A BLAS found at run time.
#include <dlfcn.h>
#include <stdlib.h>

#include "../shared/internal.h"

// cblas.h: row-major, integers of 32 bits.
typedef void (*sgemm_function)(int order, int a_transposed, int b_transposed, int rows, int columns,
                               int depth, float alpha, const float *a, int a_stride, const float *b,
                               int b_stride, float beta, float *c, int c_stride);

enum { row_major = 101, plain = 111, transposed = 112 };

struct bn_blas {
    void *library;
    sgemm_function sgemm;
};

// One thread: the caller's threads share the rows.
static void limit_threads(void *library) {
    static const char *const names[] = {"openblas_set_num_threads", "bli_thread_set_num_threads",
                                        "MKL_Set_Num_Threads"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *symbol = dlsym(library, names[i]);
        if (!symbol) continue;
        if (names[i][0] == 'b') // BLIS counts in 64 bits
            ((void (*)(int64_t))symbol)(1);
        else
            ((void (*)(int))symbol)(1);
    }
}

bn_blas *bn_blas_open(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    sgemm_function sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
    bn_blas *blas = sgemm ? malloc(sizeof *blas) : NULL;
    if (!blas) {
        dlclose(library);
        return NULL;
    }
    limit_threads(library);
    *blas = (bn_blas){library, sgemm};
    return blas;
}

void bn_blas_close(bn_blas *blas) {
    dlclose(blas->library);
    free(blas);
}

static size_t at_least(size_t x, size_t least) { return x < least ? least : x; }

void bn_blas_sgemm(const bn_blas *blas, const float *a, size_t a_row, size_t a_step, const float *b,
                   size_t b_step, size_t b_column, size_t rows, size_t columns, size_t depth,
                   float *out, size_t out_stride, bool accumulate) {
    bool a_plain = a_step == 1, b_plain = b_column == 1;
    // A single row or column may lie closer than BLAS allows; its stride is never used.
    size_t a_stride = a_plain ? at_least(a_row, depth) : at_least(a_step, rows);
    size_t b_stride = b_plain ? at_least(b_step, columns) : at_least(b_column, depth);
    blas->sgemm(row_major, a_plain ? plain : transposed, b_plain ? plain : transposed, (int)rows,
                (int)columns, (int)depth, 1.0f, a, (int)a_stride, b, (int)b_stride,
                accumulate ? 1.0f : 0.0f, out, (int)out_stride);
}
