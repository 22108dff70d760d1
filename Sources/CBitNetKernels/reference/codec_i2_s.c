#include "bitnet_codecs.h"

// bitnet.cpp's I2_S: byte j of a block holds values j, j + 32, j + 64, j + 96 from the high bits
// down.

uint32_t bn_decode_i2_s_codes(const uint8_t *restrict blocks, size_t block_count,
                              uint8_t *restrict codes) {
    uint8_t threes = 0;
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = blocks + 32 * block;
        uint8_t *restrict target = codes + 128 * block;
        for (size_t j = 0; j < 32; j++) {
            const uint8_t byte = source[j];
            target[j] = byte >> 6;
            target[j + 32] = (byte >> 4) & 3;
            target[j + 64] = (byte >> 2) & 3;
            target[j + 96] = byte & 3;
            threes |= byte & (byte >> 1) & 0x55;
        }
    }
    return threes;
}

void bn_encode_i2_s(const uint8_t *restrict codes, size_t block_count, uint8_t *restrict blocks) {
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = codes + 128 * block;
        uint8_t *restrict target = blocks + 32 * block;
        for (size_t j = 0; j < 32; j++) {
            target[j] = (uint8_t)(source[j] << 6 | source[j + 32] << 4 | source[j + 64] << 2 |
                                  source[j + 96]);
        }
    }
}
