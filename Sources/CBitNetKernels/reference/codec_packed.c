#include "bitnet_codecs.h"

// Hugging Face's packing of ternary weights: byte (r, c) of [rows / 4, columns] holds rows r,
// r + rows / 4, ... of column c from the low bits up.

uint32_t bn_decode_packed_codes(const uint8_t *restrict packed, size_t count, uint32_t shift,
                                uint8_t *restrict codes) {
    uint8_t threes = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t code = (uint8_t)(packed[i] >> shift) & 3;
        codes[i] = code;
        threes |= code & (code >> 1);
    }
    return threes;
}

void bn_encode_packed(const uint8_t *restrict row0, const uint8_t *restrict row1,
                      const uint8_t *restrict row2, const uint8_t *restrict row3, size_t count,
                      uint8_t *restrict packed) {
    for (size_t i = 0; i < count; i++) {
        packed[i] = (uint8_t)(row0[i] | row1[i] << 2 | row2[i] << 4 | row3[i] << 6);
    }
}
