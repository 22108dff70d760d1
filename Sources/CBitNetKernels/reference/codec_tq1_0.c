#include "../shared/half.h"
#include "bitnet_codecs.h"

// ggml's TQ1_0, 54 bytes for 256 values: a byte holds five trits as ceil(sum * 256 / 243), where
// sum = trit0 * 81 + trit1 * 27 + trit2 * 9 + trit3 * 3 + trit4. Three runs of bytes, of 32, 16 and
// 4 (the last with four trits only), each interleaved: trit n of byte j is value j + n * run.

enum { BLOCK_BYTES = 54, BLOCK_VALUES = 256, SCALE_OFFSET = 52 };

static inline uint32_t trit_sum(uint8_t byte) { return (byte * 243u) >> 8; }

static inline uint8_t trit_byte(uint32_t sum) { return (uint8_t)((sum * 256u + 242u) / 243u); }

/// Multiplying by 3^n modulo 256 moves trit n to the top, where * 3 >> 8 reads it.
static inline uint32_t decode_run(const uint8_t *restrict source, size_t run, size_t trits,
                                  uint8_t *restrict codes) {
    uint8_t power = 1;
    for (size_t n = 0; n < trits; n++, power *= 3) {
        for (size_t j = 0; j < run; j++) {
            const uint8_t shifted = (uint8_t)(source[j] * power);
            codes[n * run + j] = (uint8_t)((shifted * 3u) >> 8);
        }
    }
    uint32_t wrong = 0;
    for (size_t j = 0; j < run; j++)
        wrong |= trit_byte(trit_sum(source[j])) ^ source[j];
    return wrong;
}

static inline void encode_run(const uint8_t *restrict codes, size_t run, size_t trits,
                              uint8_t *restrict target) {
    for (size_t j = 0; j < run; j++) {
        uint32_t sum = 0;
        for (size_t n = 0; n < 5; n++)
            sum = sum * 3 + (n < trits ? codes[n * run + j] : 0);
        target[j] = trit_byte(sum);
    }
}

uint32_t bn_decode_tq1_0_codes(const uint8_t *restrict blocks, size_t block_count,
                               uint8_t *restrict codes) {
    uint32_t wrong = 0;
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = blocks + BLOCK_BYTES * block;
        uint8_t *restrict target = codes + BLOCK_VALUES * block;
        wrong |= decode_run(source, 32, 5, target);
        wrong |= decode_run(source + 32, 16, 5, target + 160);
        wrong |= decode_run(source + 48, 4, 4, target + 240);
        for (size_t j = 48; j < 52; j++)
            wrong |= trit_sum(source[j]) % 3;
    }
    return wrong;
}

void bn_encode_tq1_0(const uint8_t *restrict codes, size_t block_count, uint16_t scale,
                     uint8_t *restrict blocks) {
    for (size_t block = 0; block < block_count; block++) {
        const uint8_t *restrict source = codes + BLOCK_VALUES * block;
        uint8_t *restrict target = blocks + BLOCK_BYTES * block;
        encode_run(source, 32, 5, target);
        encode_run(source + 160, 16, 5, target + 32);
        encode_run(source + 240, 4, 4, target + 48);
        bn_store16(target + SCALE_OFFSET, scale);
    }
}
