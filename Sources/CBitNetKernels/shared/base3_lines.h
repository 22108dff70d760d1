// Pieces of lines in either packing, for registers of 16 or 32 bytes. Include where byte_vector,
// load_bytes, modulo_81, four_codes and push_digit are known.
#ifndef BITNET_BASE3_LINES_H
#define BITNET_BASE3_LINES_H

#include "base3.h"

// A piece of a group's last line, from the highest digits of the four stored ones.
BN_INLINE byte_vector fifth_piece(const uint8_t *group) {
    byte_vector piece = {0};
#pragma unroll
    for (size_t i = 0; i < BN_GROUP_STORED; i++) {
        byte_vector x = load_bytes(group + BN_LINE_BYTES * i);
        piece = push_digit(piece, x, modulo_81(x));
    }
    return piece;
}

// BN_VECTOR bytes, from `byte` on, of a line of the row or column at `p`, two bits a code.
BN_INLINE byte_vector load_piece(const uint8_t *p, line_place place, size_t byte,
                                 bn_ternary_packing packing) {
    p += place.offset + byte;
    if (packing == BN_PACK_2BIT) return load_bytes(p);
    if (place.index == BN_GROUP_STORED) return fifth_piece(p);
    return four_codes(modulo_81(load_bytes(p + BN_LINE_BYTES * place.index)));
}

// A row that is read from front to back.
typedef struct {
    const uint8_t *row, *ahead;
    size_t index;                                 // in base 3: stored lines of the group so far
    byte_vector fifth[BN_LINE_BYTES / BN_VECTOR]; // and what they hold of its last line
} line_reader;

// The next line, two bits a code; fetches what lies `ahead` to `level`.
BN_INLINE void read_line(line_reader *reader, bn_ternary_packing packing, int level,
                         byte_vector line[BN_LINE_BYTES / BN_VECTOR]) {
    const size_t pieces = BN_LINE_BYTES / BN_VECTOR;
    if (packing == BN_PACK_BASE3 && reader->index == BN_GROUP_STORED) {
        memcpy(line, reader->fifth, sizeof reader->fifth);
        memset(reader->fifth, 0, sizeof reader->fifth);
        reader->index = 0;
        return;
    }
    bn_fetch(reader->ahead, level);
#pragma unroll
    for (size_t i = 0; i < pieces; i++) {
        line[i] = load_bytes(reader->row + BN_VECTOR * i);
        if (packing == BN_PACK_2BIT) continue;
        byte_vector z = modulo_81(line[i]);
        reader->fifth[i] = push_digit(reader->fifth[i], line[i], z);
        line[i] = four_codes(z);
    }
    reader->row += BN_LINE_BYTES, reader->ahead += BN_LINE_BYTES, reader->index++;
}

// All `count` lines of a group, two bits a code.
BN_INLINE void unpack_group(const uint8_t *group, size_t count, uint8_t *lines) {
    const size_t pieces = BN_LINE_BYTES / BN_VECTOR;
    for (size_t piece = 0; piece < pieces; piece++, group += BN_VECTOR, lines += BN_VECTOR) {
        byte_vector fifth = {0};
        for (size_t i = 0; i < bn_min(count, BN_GROUP_STORED); i++) {
            byte_vector x = load_bytes(group + BN_LINE_BYTES * i), z = modulo_81(x);
            fifth = push_digit(fifth, x, z);
            store_bytes(lines + BN_LINE_BYTES * i, four_codes(z));
        }
        if (count == BN_GROUP_LINES) store_bytes(lines + BN_GROUP_STORED * BN_LINE_BYTES, fifth);
    }
}

#endif
