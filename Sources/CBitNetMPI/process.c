// Start, end and failures of a run.
#include "bitnet_mpi.h"

#ifdef BITNET_MPI

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

bn_mpi_run bn_mpi;

static char failure[MPI_MAX_ERROR_STRING + 64];

const char *bn_mpi_failure(void) { return failure; }

int bn_mpi_check(int code, const char *call) {
    if (code == MPI_SUCCESS) return 0;
    char reason[MPI_MAX_ERROR_STRING] = "";
    int length;
    MPI_Error_string(code, reason, &length);
    return bn_mpi_fail("%s: %s", call, reason);
}

int bn_mpi_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    return 1;
}

const char *bn_mpi_library(void) {
    static char name[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    if (MPI_Get_library_version(name, &length) != MPI_SUCCESS) return "unknown MPI";
    name[strcspn(name, ",\n")] = 0;
    for (char *tab = name; (tab = strchr(tab, '\t'));) {
        *tab = ' ';
    }
    return name;
}

static int initialize(void) {
    int started, ended, threads = MPI_THREAD_SERIALIZED;
    if (bn_mpi_check(MPI_Initialized(&started), "MPI_Initialized")) return 1;
    if (bn_mpi_check(MPI_Finalized(&ended), "MPI_Finalized")) return 1;
    if (ended) return bn_mpi_fail("MPI has ended in this process and cannot start again");
    if (!started &&
        bn_mpi_check(MPI_Init_thread(NULL, NULL, threads, &threads), "MPI_Init_thread")) {
        return 1;
    }
    if (threads < MPI_THREAD_SERIALIZED) {
        return bn_mpi_fail("%s takes calls from the main thread only; expected one built with "
                           "MPI_THREAD_SERIALIZED",
                           bn_mpi_library());
    }
    return bn_mpi_check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN),
                        "MPI_Comm_set_errhandler");
}

static int count_ranks(void) {
    MPI_Comm machine;
    return bn_mpi_check(MPI_Comm_rank(MPI_COMM_WORLD, &bn_mpi.rank), "MPI_Comm_rank") ||
           bn_mpi_check(MPI_Comm_size(MPI_COMM_WORLD, &bn_mpi.size), "MPI_Comm_size") ||
           bn_mpi_check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                                            &machine),
                        "MPI_Comm_split_type") ||
           bn_mpi_check(MPI_Comm_size(machine, &bn_mpi.local_size), "MPI_Comm_size") ||
           bn_mpi_check(MPI_Comm_free(&machine), "MPI_Comm_free");
}

static int allocate(void) {
    size_t size = (size_t)bn_mpi.size;
    bn_mpi.received = malloc((BN_MPI_ROUND + size) * sizeof(float));
    bn_mpi.received_doubles = malloc(size * BN_MPI_DOUBLES * sizeof(double));
    bn_mpi.starts = malloc(4 * size * sizeof(int));
    if (!bn_mpi.received || !bn_mpi.received_doubles || !bn_mpi.starts) {
        return bn_mpi_fail("no memory for the messages of %d processes", bn_mpi.size);
    }
    bn_mpi.counts = bn_mpi.starts + size;
    bn_mpi.received_starts = bn_mpi.counts + size;
    bn_mpi.received_counts = bn_mpi.received_starts + size;
    return 0;
}

int bn_mpi_start(void) {
    if (initialize()) return 1;
    if (bn_mpi.starts) return 0;
    return count_ranks() || allocate();
}

int bn_mpi_finish(void) {
    free(bn_mpi.received);
    free(bn_mpi.received_doubles);
    free(bn_mpi.starts);
    bn_mpi = (bn_mpi_run){0};
    return bn_mpi_check(MPI_Finalize(), "MPI_Finalize");
}

int bn_mpi_rank(void) { return bn_mpi.rank; }

int bn_mpi_size(void) { return bn_mpi.size; }

int bn_mpi_local_size(void) { return bn_mpi.local_size; }

void bn_mpi_abort(const char *line) {
    fprintf(stderr, "%s\n", line);
    fflush(NULL);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

#endif
