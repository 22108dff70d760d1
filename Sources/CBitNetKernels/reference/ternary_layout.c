// Between I2_S, lines by rows and lines by columns.
#include "../shared/internal.h"

// A line from two blocks of 32 bytes: I2_S puts places j, j + 32, j + 64, j + 96 of each into byte
// j.
static void join_blocks(const uint8_t *restrict a, const uint8_t *restrict b,
                        uint8_t *restrict line) {
    for (size_t j = 0; j < 32; j++) {
        uint8_t x = a[j], y = b[j];
        line[j] = (uint8_t)((x & 0xC0) | (x & 0x0C) << 2 | (y & 0xC0) >> 4 | (y & 0x0C) >> 2);
        line[32 + j] = (uint8_t)((x & 0x30) << 2 | (x & 0x03) << 4 | (y & 0x30) >> 2 | (y & 0x03));
    }
}

void bn_ternary_lines_from_i2_s(const uint8_t *blocks, size_t block_count, uint8_t *lines) {
    static const uint8_t zeros[32];
    for (size_t i = 0; i < block_count; i += 2)
        join_blocks(blocks + 32 * i, i + 1 < block_count ? blocks + 32 * (i + 1) : zeros,
                    lines + 32 * i);
}

void bn_ternary_line_codes(const uint8_t *lines, size_t line_count, uint8_t *codes) {
    for (size_t line = 0; line < line_count; line++)
        for (size_t j = 0; j < BN_LINE_BYTES; j++)
            for (size_t f = 0; f < 4; f++)
                codes[BN_LINE_CODES * line + 64 * f + j] =
                    lines[BN_LINE_BYTES * line + j] >> (6 - 2 * f) & 3;
}

// One line from the codes in bits 2f' + 1 and 2f' (f' = shift / 2) of one byte of 256 rows.
static void gather_line(const uint8_t *restrict bytes, int shift, uint8_t *restrict line) {
    uint8_t natural[BN_LINE_BYTES];
    for (size_t j = 0; j < BN_LINE_BYTES; j++)
        natural[j] = (uint8_t)((bytes[j] >> shift & 3) << 6 | (bytes[64 + j] >> shift & 3) << 4 |
                               (bytes[128 + j] >> shift & 3) << 2 | (bytes[192 + j] >> shift & 3));
    for (size_t l = 0; l < 4; l++)
        for (size_t q = 0; q < 4; q++)
            memcpy(line + 16 * l + 4 * q, natural + 16 * q + 4 * l, 4);
}

void bn_ternary_transpose(const uint8_t *rows, size_t row_count, size_t row_bytes, size_t lines,
                          uint8_t *columns, size_t stride) {
    // A line of every row at a time: 256 rows x 64 bytes, turned in the first-level cache.
    uint8_t turned[BN_LINE_BYTES][BN_LINE_CODES];
    memset(turned, 0, sizeof turned);
    for (size_t line = 0; line < lines; line++) {
        for (size_t row = 0; row < row_count; row++) {
            const uint8_t *bytes = rows + row * row_bytes + BN_LINE_BYTES * line;
            for (size_t j = 0; j < BN_LINE_BYTES; j++)
                turned[j][row] = bytes[j];
        }
        uint8_t *first = columns + BN_LINE_CODES * line * stride;
        for (size_t f = 0; f < 4; f++)
            for (size_t j = 0; j < BN_LINE_BYTES; j++)
                gather_line(turned[j], 6 - 2 * (int)f, first + (64 * f + j) * stride);
    }
}

int bn_ternary_has_invalid(const uint8_t *bytes, size_t count) {
    uint8_t found = 0; // a field is 3 where both of its bits are set
    for (size_t i = 0; i < count; i++)
        found |= (uint8_t)(bytes[i] & (bytes[i] >> 1) & 0x55);
    return found != 0;
}
