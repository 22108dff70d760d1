// Sums in rank order, and what else all ranks do together.
//
// The sums are our own instead of MPI_Allreduce, whose order of additions is each MPI's affair and
// changes with message size, number of machines and tuning. The traffic is that of the best
// algorithms for large buffers: reduce-scatter, then gather.
#include "bitnet_mpi.h"

#ifdef BITNET_MPI

#include <string.h>

#include "internal.h"

static const char *const operations[] = {"sums floats", "sums doubles", "broadcasts bytes",
                                         "waits"};
enum { SUM_FLOATS, SUM_DOUBLES, BROADCAST, BARRIER, OPERATIONS };

// Fails in every rank unless all are about to do the same. Without it a rank that has fallen out of
// step, or trains another model, would leave the others hanging or with wrong sums.
static int agree(int operation, int64_t count) {
    int64_t call = count * OPERATIONS + operation;
    int64_t bounds[2] = {call, -call};
    int code = MPI_Allreduce(MPI_IN_PLACE, bounds, 2, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
    if (bn_mpi_check(code, "MPI_Allreduce")) return 1;
    int64_t most = bounds[0], least = -bounds[1];
    if (most == least) return 0;
    return bn_mpi_fail("the processes are out of step: one %s (%lld), another %s (%lld)",
                       operations[least % OPERATIONS], (long long)(least / OPERATIONS),
                       operations[most % OPERATIONS], (long long)(most / OPERATIONS));
}

// Cuts a round of `count` floats into one part for each rank, equal but for one float.
static void lay_out(int count) {
    int start = 0;
    for (int rank = 0; rank < bn_mpi.size; rank++) {
        bn_mpi.starts[rank] = start;
        bn_mpi.counts[rank] = count / bn_mpi.size + (rank < count % bn_mpi.size);
        start += bn_mpi.counts[rank];
    }
    int own = bn_mpi.counts[bn_mpi.rank];
    for (int rank = 0; rank < bn_mpi.size; rank++) {
        bn_mpi.received_starts[rank] = rank * own;
        bn_mpi.received_counts[rank] = own;
    }
}

// sum[i] = ((received[0][i] + received[1][i]) + received[2][i]) + …, `received` (size, count).
static void add_floats(float *restrict sum, const float *restrict received, int count) {
    memcpy(sum, received, (size_t)count * sizeof(float));
    for (int rank = 1; rank < bn_mpi.size; rank++) {
        const float *part = received + (size_t)rank * (size_t)count;
        for (int i = 0; i < count; i++) {
            sum[i] += part[i];
        }
    }
}

static void add_doubles(double *restrict sum, const double *restrict received, int count) {
    memcpy(sum, received, (size_t)count * sizeof(double));
    for (int rank = 1; rank < bn_mpi.size; rank++) {
        const double *part = received + (size_t)rank * (size_t)count;
        for (int i = 0; i < count; i++) {
            sum[i] += part[i];
        }
    }
}

// Every rank adds its part of the round, then hands it to all.
static int sum_round(float *values, int count) {
    lay_out(count);
    int code =
        MPI_Alltoallv(values, bn_mpi.counts, bn_mpi.starts, MPI_FLOAT, bn_mpi.received,
                      bn_mpi.received_counts, bn_mpi.received_starts, MPI_FLOAT, MPI_COMM_WORLD);
    if (bn_mpi_check(code, "MPI_Alltoallv")) return 1;
    float *own = values + bn_mpi.starts[bn_mpi.rank];
    add_floats(own, bn_mpi.received, bn_mpi.counts[bn_mpi.rank]);
    code = MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, bn_mpi.counts, bn_mpi.starts,
                          MPI_FLOAT, MPI_COMM_WORLD);
    return bn_mpi_check(code, "MPI_Allgatherv");
}

int bn_mpi_sum_floats(float *values, int64_t count) {
    if (agree(SUM_FLOATS, count)) return 1;
    for (int64_t start = 0; start < count; start += BN_MPI_ROUND) {
        int64_t left = count - start;
        if (sum_round(values + start, left < BN_MPI_ROUND ? (int)left : BN_MPI_ROUND)) return 1;
    }
    return 0;
}

int bn_mpi_sum_doubles(double *values, int64_t count) {
    if (agree(SUM_DOUBLES, count)) return 1;
    for (int64_t start = 0; start < count; start += BN_MPI_DOUBLES) {
        int64_t left = count - start;
        int length = left < BN_MPI_DOUBLES ? (int)left : BN_MPI_DOUBLES;
        int code = MPI_Allgather(values + start, length, MPI_DOUBLE, bn_mpi.received_doubles,
                                 length, MPI_DOUBLE, MPI_COMM_WORLD);
        if (bn_mpi_check(code, "MPI_Allgather")) return 1;
        add_doubles(values + start, bn_mpi.received_doubles, length);
    }
    return 0;
}

int bn_mpi_broadcast(void *bytes, int64_t count) {
    const int64_t most = 1 << 30;
    if (agree(BROADCAST, count)) return 1;
    for (int64_t start = 0; start < count; start += most) {
        int length = (int)(count - start < most ? count - start : most);
        int code = MPI_Bcast((char *)bytes + start, length, MPI_BYTE, 0, MPI_COMM_WORLD);
        if (bn_mpi_check(code, "MPI_Bcast")) return 1;
    }
    return 0;
}

int bn_mpi_barrier(void) {
    return agree(BARRIER, 0) || bn_mpi_check(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
}

#endif
