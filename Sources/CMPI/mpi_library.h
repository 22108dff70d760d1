// The header of the MPI that pkg-config finds (see Package.swift).
#include <mpi.h>
