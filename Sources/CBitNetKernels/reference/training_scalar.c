// The training kernels as the compiler makes them for any processor of the architecture.
#include "../shared/internal.h"

#include "../shared/lanes.h"

#define BN_TRAINING_TABLE const bn_training_kernels bn_training_scalar
#include "../shared/training_kernels.inc"
