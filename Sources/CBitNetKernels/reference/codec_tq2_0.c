#include "../shared/half.h"
#include "bitnet_codecs.h"

// ggml's TQ2_0: for each half of 128 values, byte j of 32 holds values j, j + 32, j + 64, j + 96
// from the low bits up; after the 64 bytes the block's float16 scale.

enum { BLOCK_BYTES = 66, HALF_BYTES = 32, HALF_VALUES = 128 };

uint32_t bn_decode_tq2_0_codes(const uint8_t *restrict blocks, size_t block_count,
                               uint8_t *restrict codes) {
    uint8_t threes = 0;
    for (size_t half = 0; half < 2 * block_count; half++) {
        const uint8_t *restrict source =
            blocks + BLOCK_BYTES * (half / 2) + HALF_BYTES * (half % 2);
        uint8_t *restrict target = codes + HALF_VALUES * half;
        for (size_t j = 0; j < HALF_BYTES; j++) {
            const uint8_t byte = source[j];
            target[j] = byte & 3;
            target[j + 32] = (byte >> 2) & 3;
            target[j + 64] = (byte >> 4) & 3;
            target[j + 96] = byte >> 6;
            threes |= byte & (byte >> 1) & 0x55;
        }
    }
    return threes;
}

void bn_encode_tq2_0(const uint8_t *restrict codes, size_t block_count, uint16_t scale,
                     uint8_t *restrict blocks) {
    for (size_t half = 0; half < 2 * block_count; half++) {
        const uint8_t *restrict source = codes + HALF_VALUES * half;
        uint8_t *restrict target = blocks + BLOCK_BYTES * (half / 2) + HALF_BYTES * (half % 2);
        for (size_t j = 0; j < HALF_BYTES; j++) {
            target[j] = (uint8_t)(source[j] | source[j + 32] << 2 | source[j + 64] << 4 |
                                  source[j + 96] << 6);
        }
    }
    for (size_t block = 0; block < block_count; block++) {
        bn_store16(blocks + BLOCK_BYTES * block + 2 * HALF_BYTES, scale);
    }
}
