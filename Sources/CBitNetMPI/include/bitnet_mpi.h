// The few calls of MPI that training needs, without MPI's types, so that no other target sees
// mpi.h.
//
// Defined only with the package trait MPI. One thread at a time. Calls that start, end, add, send
// or wait are made by all ranks in the same order; they return 0, or 1 after a failure, which
// bn_mpi_failure describes.
#ifndef BITNET_MPI_H
#define BITNET_MPI_H

#include <stdint.h>

// Starts MPI, or returns at once when it runs. Errors are returned from then on, not fatal.
int bn_mpi_start(void);

// Waits for all ranks and ends MPI, which cannot be started again.
int bn_mpi_finish(void);

// This process's number, how many there are, and how many of them on this machine.
int bn_mpi_rank(void);
int bn_mpi_size(void);
int bn_mpi_local_size(void);

// Replaces values (count) by ((rank 0's + rank 1's) + rank 2's) + … in every rank. Each element is
// added in exactly this order whatever count, machines and MPI, so that its bits depend on nothing
// else. Any count; each rank sends and receives about 2 × count floats for any number of ranks.
int bn_mpi_sum_floats(float *values, int64_t count);

// The same for a few doubles: each rank receives all values of all ranks.
int bn_mpi_sum_doubles(double *values, int64_t count);

// Replaces bytes (count) by rank 0's. Any count.
int bn_mpi_broadcast(void *bytes, int64_t count);

// Waits until all ranks are here.
int bn_mpi_barrier(void);

// Writes a line to standard error and ends all ranks at once with exit status 1. Not collective.
void bn_mpi_abort(const char *line);

// What failed last and why, or "". Valid until the next call.
const char *bn_mpi_failure(void);

// Name and version of the MPI, one line. Valid for ever.
const char *bn_mpi_library(void);

#endif
