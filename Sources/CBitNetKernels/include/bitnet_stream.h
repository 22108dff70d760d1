/// How kernels that are bound by memory read it.
#ifndef BITNET_STREAM_H
#define BITNET_STREAM_H

#include <stdint.h>

/// How one stream of weights is read. No result depends on it.
///
/// What is best differs from processor to processor (into a first-level cache of 32 KiB, lines that
/// are fetched 16 KiB ahead are gone before they are used), so it is chosen by measurement.
typedef struct {
    uint32_t ahead; ///< bytes ahead of what is read that are fetched; 0: none are
    uint32_t level; ///< the cache that they are fetched to: 1, or 2 and not 1
    uint32_t rows;  ///< rows that are read at once: 1 or 2
} bn_stream;

#endif
