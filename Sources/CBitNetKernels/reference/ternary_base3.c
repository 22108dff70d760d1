// Between lines of two bits and lines in base 3.
#include "../shared/base3.h"

// c0 + 3 c1 + 9 c2 + 27 c3 of a byte of a line: its fields are the digits of a number in base 4.
static uint8_t digits(uint8_t codes) {
    return (uint8_t)((codes >> 6) + 3 * (codes >> 4 & 3) + 9 * (codes >> 2 & 3) + 27 * (codes & 3));
}

void bn_ternary_base3_from_lines(const uint8_t *lines, size_t line_count, uint8_t *packed) {
    uint8_t table[256];
    for (size_t i = 0; i < 256; i++)
        table[i] = digits((uint8_t)i);
    for (; line_count > 0; lines += BN_GROUP_LINES * BN_LINE_BYTES) {
        size_t count = bn_min(line_count, BN_GROUP_LINES), stored = bn_min(count, BN_GROUP_STORED);
        const uint8_t *fifth = lines + BN_GROUP_STORED * BN_LINE_BYTES;
        for (size_t i = 0; i < stored; i++, packed += BN_LINE_BYTES) {
            for (size_t j = 0; j < BN_LINE_BYTES; j++) {
                size_t high = count == BN_GROUP_LINES ? fifth[j] >> (2 * i) & 3 : 0;
                packed[j] = (uint8_t)(table[lines[BN_LINE_BYTES * i + j]] + 81 * high);
            }
        }
        line_count -= count;
    }
}

void bn_ternary_lines_from_base3(const uint8_t *packed, size_t line_count, uint8_t *lines) {
    for (; line_count > 0; lines += BN_GROUP_LINES * BN_LINE_BYTES) {
        size_t count = bn_min(line_count, BN_GROUP_LINES), stored = bn_min(count, BN_GROUP_STORED);
        uint8_t fifth[BN_LINE_BYTES] = {0};
        for (size_t i = 0; i < stored; i++, packed += BN_LINE_BYTES) {
            for (size_t j = 0; j < BN_LINE_BYTES; j++) {
                lines[BN_LINE_BYTES * i + j] = bn_base3_codes[packed[j] % 81];
                fifth[j] |= (uint8_t)(packed[j] / 81 << (2 * i));
            }
        }
        if (count == BN_GROUP_LINES)
            memcpy(lines + BN_GROUP_STORED * BN_LINE_BYTES, fifth, sizeof fifth);
        line_count -= count;
    }
}
