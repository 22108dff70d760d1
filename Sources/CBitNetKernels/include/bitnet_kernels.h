/// CBitNetKernels: the engine's innermost loops. The only public header.
#ifndef BITNET_KERNELS_H
#define BITNET_KERNELS_H

#include "bitnet_codecs.h"

#endif
