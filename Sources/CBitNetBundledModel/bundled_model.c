// In the program rather than beside it: a program that is copied elsewhere keeps its model.
#include "bitnet_bundled_model.h"

// #embed is C23; clang accepts it in every language mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

_Alignas(64) static const unsigned char model[] = {
#embed "kjv-tiny.gguf"
};

const void *bitnet_bundled_model_bytes(void) { return model; }

size_t bitnet_bundled_model_size(void) { return sizeof model; }
