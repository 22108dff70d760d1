// One table, chosen once.
#include <pthread.h>
#include <stdlib.h>

#include "../shared/internal.h"

// The most tables that one build has.
#define BN_TABLES 5

size_t bn_kernels_available(const bn_kernels **tables, size_t capacity) {
    const bn_kernels *found[BN_TABLES];
    size_t count = 0;
    bn_cpu_features cpu = bn_cpu_probe();
    (void)cpu;
#if defined(__x86_64__)
    bool avx2 = cpu.avx2 && cpu.fma && cpu.f16c;
    bool avx512 = avx2 && cpu.avx512f && cpu.avx512bw && cpu.avx512vl && cpu.avx512dq;
    if (avx512 && cpu.avx512vnni && cpu.avx512vbmi) found[count++] = &bn_kernels_avx512vbmi;
    if (avx512 && cpu.avx512vnni) found[count++] = &bn_kernels_avx512vnni;
    if (avx2 && cpu.avxvnni) found[count++] = &bn_kernels_avxvnni;
    if (avx2) found[count++] = &bn_kernels_avx2;
#elif defined(__aarch64__)
    if (cpu.dotprod && cpu.i8mm) found[count++] = &bn_kernels_neon_i8mm;
    if (cpu.dotprod) found[count++] = &bn_kernels_neon_dotprod;
    if (cpu.neon) found[count++] = &bn_kernels_neon;
#endif
    found[count++] = &bn_kernels_scalar;
    for (size_t i = 0; i < bn_min(count, capacity); i++)
        tables[i] = found[i];
    return bn_min(count, capacity);
}

const bn_kernels *bn_kernels_named(const char *name) {
    const bn_kernels *tables[BN_TABLES];
    size_t count = bn_kernels_available(tables, BN_TABLES);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i]->name, name) == 0) return tables[i];
    return NULL;
}

static const bn_kernels *chosen;

static void choose(void) {
    const char *name = getenv("BITNET_ISA");
    if (name && *name) {
        chosen = bn_kernels_named(name);
    } else {
        bn_kernels_available(&chosen, 1);
    }
}

const bn_kernels *bn_kernels_default(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
    return chosen;
}
