// AVX-512 with VNNI and VBMI, whose vpermi2b unpacks base 3.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(                                                                      \
    __attribute__((                                                                                \
        target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vbmi"))),        \
    apply_to = function)

#define BN_VBMI
#include "kernels_512.inc"

const bn_kernels bn_kernels_avx512vbmi = {
    .name = "avx512vbmi",
    .reads_row_pairs = true,
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
