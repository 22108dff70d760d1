// AVX2 with FMA and F16C: float kernels in two registers a vector, ternary products by vpmaddubsw.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "kernels_256.inc"

const bn_kernels bn_kernels_avx2 = {
    .name = "avx2",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
