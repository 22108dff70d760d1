// Memory that is no longer needed, back to the system.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // dl_iterate_phdr
#endif
#include <stdlib.h>

#include "../shared/internal.h"

#if defined(__linux__) && defined(__GLIBC__)

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

// Segments that are not writable are never written, so that their pages can be read again from the
// file. (What the loader relocates is in writable ones.)
static int drop_pages(struct dl_phdr_info *info, size_t size, void *page_size) {
    (void)size;
    uintptr_t page = *(uintptr_t *)page_size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (info->dlpi_addr + segment->p_vaddr + page - 1) / page * page;
        uintptr_t end = (info->dlpi_addr + segment->p_vaddr + segment->p_filesz) / page * page;
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

// A sanitizer's allocator takes the place of glibc's, which is then set up by nobody: two threads
// that trim it at once crash.
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define BN_TRIM() ((void)0)
#else
#define BN_TRIM() ((void)malloc_trim(0))
#endif

void bn_release_unused_memory(void) {
    BN_TRIM();
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(drop_pages, &page);
}

#else

void bn_release_unused_memory(void) {}

#endif
