// Lines in base 3 (bitnet_ternary.h), for all instruction sets.
#ifndef BITNET_BASE3_H
#define BITNET_BASE3_H

#include "internal.h"

// The four codes of z = c0 + 3 c1 + 9 c2 + 27 c3 <= 80 in a line's order of bits; 81 and more occur
// only where weights are damaged.
#define BN_FOUR_CODES(z) ((z) % 3 << 6 | (z) / 3 % 3 << 4 | (z) / 9 % 3 << 2 | (z) / 27 % 3)
#define BN_FOUR_CODES_4(z)                                                                         \
    BN_FOUR_CODES(z), BN_FOUR_CODES((z) + 1), BN_FOUR_CODES((z) + 2), BN_FOUR_CODES((z) + 3)
#define BN_FOUR_CODES_16(z)                                                                        \
    BN_FOUR_CODES_4(z), BN_FOUR_CODES_4((z) + 4), BN_FOUR_CODES_4((z) + 8),                        \
        BN_FOUR_CODES_4((z) + 12)

_Alignas(64) static const uint8_t bn_base3_codes[128] = {
    BN_FOUR_CODES_16(0),  BN_FOUR_CODES_16(16), BN_FOUR_CODES_16(32), BN_FOUR_CODES_16(48),
    BN_FOUR_CODES_16(64), BN_FOUR_CODES_16(80), BN_FOUR_CODES_16(96), BN_FOUR_CODES_16(112)};

// c0 + 3 c1 and c2 + 3 c3, for look-ups of 16 entries.
_Alignas(16) static const uint8_t bn_base3_first_pair[16] = {0x00, 0x40, 0x80, 0x10, 0x50,
                                                             0x90, 0x20, 0x60, 0xA0};
_Alignas(16) static const uint8_t bn_base3_second_pair[16] = {0x0, 0x4, 0x8, 0x1, 0x5,
                                                              0x9, 0x2, 0x6, 0xA};

// Where line `line` of a row begins: its bytes, or its group's and its place in the group.
typedef struct {
    size_t offset, index;
} line_place;

BN_INLINE line_place place_of_line(bn_ternary_packing packing, size_t line) {
    if (packing == BN_PACK_2BIT) return (line_place){BN_LINE_BYTES * line, 0};
    return (line_place){BN_GROUP_STORED * BN_LINE_BYTES * (line / BN_GROUP_LINES),
                        line % BN_GROUP_LINES};
}

#endif
