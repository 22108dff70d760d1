/// The small model that is part of every program which links the engine (see README.md).
#ifndef BITNET_BUNDLED_MODEL_H
#define BITNET_BUNDLED_MODEL_H

#include <stddef.h>

/// The bytes of kjv-tiny.gguf, aligned to a cache line; they live as long as the program.
const void *bitnet_bundled_model_bytes(void);
/// How many there are.
size_t bitnet_bundled_model_size(void);

#endif
