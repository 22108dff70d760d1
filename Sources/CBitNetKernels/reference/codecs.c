#include "bitnet_kernels.h"
