/// Byte layouts of stored tensors: decoding and encoding, one reference implementation each.
#ifndef BITNET_CODECS_H
#define BITNET_CODECS_H

#include <stddef.h>
#include <stdint.h>

#endif
