// AVX2 with AVX-VNNI: as AVX2, ternary products by the VEX form of vpdpbusd.
#if defined(__x86_64__)

#include <immintrin.h>

#include "../shared/internal.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#define BN_VNNI
#include "kernels_256.inc"

const bn_kernels bn_kernels_avxvnni = {
    .name = "avxvnni",
#include "../shared/table_entries.inc"
};

#pragma clang attribute pop

#endif
