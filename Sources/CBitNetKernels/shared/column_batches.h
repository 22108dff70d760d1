// Batches of listed columns: while one is computed, the lines of the next are fetched.
#ifndef BITNET_COLUMN_BATCHES_H
#define BITNET_COLUMN_BATCHES_H

#include "internal.h"

// The most columns of a batch. Its groups of four add at most 16 * 2,032 = 32,512 to a 16-bit lane.
#define BN_COLUMN_BATCH 64

// Columns of a batch: whole groups of four, of about a->stream.ahead together.
BN_INLINE size_t column_batch(const bn_ternary_columns_arguments *a) {
    size_t wanted = a->stream.ahead / a->stride / 4 * 4;
    return a->stream.ahead == 0 || wanted > BN_COLUMN_BATCH ? BN_COLUMN_BATCH
           : wanted < 4                                     ? 4
                                                            : wanted;
}

// Lines to fetch, column by column.
typedef struct {
    const bn_ternary_columns_arguments *a;
    size_t next, end, offset; // columns of the list, bytes within the column
    size_t bytes;             // of a column
} column_prefetch;

BN_INLINE column_prefetch column_prefetch_of(const bn_ternary_columns_arguments *a) {
    return (column_prefetch){.a = a,
                             .end = a->stream.ahead ? a->listed : 0,
                             .bytes = bn_packed_bytes(a->packing, a->outputs / BN_LINE_CODES)};
}

// Columns before `first` are no longer worth fetching, those of later batches not yet.
BN_INLINE void prefetch_from(column_prefetch *p, size_t first, size_t batch) {
    if (p->next < first) p->next = first, p->offset = 0;
    if (p->a->stream.ahead) p->end = bn_min(first + batch, p->a->listed);
}

BN_INLINE void prefetch_next(column_prefetch *p, int level) {
    if (p->next >= p->end) return;
    bn_fetch(p->a->weights + p->a->inputs[p->next] * p->a->stride + p->offset, level);
    p->offset += BN_LINE_BYTES;
    if (p->offset < p->bytes) return;
    p->offset = 0;
    p->next++;
}

#endif
