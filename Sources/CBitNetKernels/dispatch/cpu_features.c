// What this CPU can do and the operating system lets it do.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // sched_getaffinity
#endif
#include <sched.h>
#include <unistd.h>

#include "../shared/internal.h"

#if defined(__x86_64__)

#include <cpuid.h>

// XCR0: which register files the operating system saves (Intel SDM volume 1, 13.3).
static uint64_t enabled_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

bn_cpu_features bn_cpu_probe(void) {
    bn_cpu_features features = {0};
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return features;
    bool saves = c & bit_OSXSAVE;
    uint64_t state = saves ? enabled_state() : 0;
    bool ymm = (state & 0x06) == 0x06, zmm = (state & 0xE6) == 0xE6;
    features.fma = ymm && (c & bit_FMA);
    features.f16c = ymm && (c & bit_F16C);
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
    features.avx2 = ymm && (b & bit_AVX2);
    features.avx512f = zmm && (b & bit_AVX512F);
    features.avx512bw = zmm && (b & bit_AVX512BW);
    features.avx512vl = zmm && (b & bit_AVX512VL);
    features.avx512dq = zmm && (b & bit_AVX512DQ);
    features.avx512vnni = zmm && (c & bit_AVX512VNNI);
    features.avx512vbmi = zmm && (c & bit_AVX512VBMI);
    if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d))
        features.avxvnni = ymm && (a & 1u << 4); // Intel SDM volume 2, CPUID leaf 7, subleaf 1
    return features;
}

const char *bn_cpu_name(void) {
    static char name[49];
    uint32_t words[12];
    if (__get_cpuid_max(0x80000000, 0) < 0x80000004) return "";
    for (uint32_t i = 0; i < 3; i++)
        __get_cpuid(0x80000002 + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2],
                    &words[4 * i + 3]);
    memcpy(name, words, sizeof words);
    return name;
}

#elif defined(__aarch64__) && defined(__APPLE__)

#include <sys/sysctl.h>

static bool has(const char *name) {
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}

bn_cpu_features bn_cpu_probe(void) {
    return (bn_cpu_features){.neon = true,
                             .dotprod = has("hw.optional.arm.FEAT_DotProd"),
                             .i8mm = has("hw.optional.arm.FEAT_I8MM")};
}

const char *bn_cpu_name(void) {
    static char name[64];
    size_t size = sizeof name - 1; // the last byte stays zero
    return sysctlbyname("machdep.cpu.brand_string", name, &size, NULL, 0) == 0 ? name : "";
}

#elif defined(__aarch64__) && defined(__linux__)

#include <asm/hwcap.h>
#include <sys/auxv.h>

bn_cpu_features bn_cpu_probe(void) {
    unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
    return (bn_cpu_features){.neon = first & HWCAP_ASIMD,
                             .dotprod = first & HWCAP_ASIMDDP,
                             .i8mm = second & HWCAP2_I8MM};
}

const char *bn_cpu_name(void) { return ""; }

#else

bn_cpu_features bn_cpu_probe(void) { return (bn_cpu_features){0}; }

const char *bn_cpu_name(void) { return ""; }

#endif

size_t bn_cpu_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        int count = CPU_COUNT(&set);
        if (count > 0) return (size_t)count;
    }
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}
