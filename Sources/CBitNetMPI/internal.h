// What the two halves of the shim share.
#ifndef BITNET_MPI_INTERNAL_H
#define BITNET_MPI_INTERNAL_H

#include <mpi.h>
#include <stdint.h>

// Floats in one round of a sum: 16 MiB, far above the latency of a network, far below INT_MAX.
enum { BN_MPI_ROUND = 1 << 22 };

// Doubles of each rank in one round of a sum.
enum { BN_MPI_DOUBLES = 1 << 10 };

typedef struct {
    int rank, size, local_size;
    // Contributions of all ranks to the part that this rank adds (BN_MPI_ROUND + size).
    float *received;
    // Contributions of all ranks, rank by rank (size × BN_MPI_DOUBLES).
    double *received_doubles;
    // Where each rank's part of a round starts and how long it is; the same for `received` (size).
    int *starts, *counts, *received_starts, *received_counts;
} bn_mpi_run;

extern bn_mpi_run bn_mpi;

// 0 when `code` is MPI_SUCCESS; else keeps what MPI says about `call` and returns 1.
int bn_mpi_check(int code, const char *call);

// Keeps a failure that MPI does not know of and returns 1.
int bn_mpi_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
