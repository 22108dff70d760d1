/// Ternary matrices: two layouts, two packings, and the arguments of their products.
///
/// A weight w is stored as the code w + 1 (0, 1, 2) in two bits. A *line* is 64 bytes, 256 codes:
/// byte j holds the codes of places j, j + 64, j + 128, j + 192 in bits 7-6, 5-4, 3-2, 1-0.
///
/// **By rows**: each row (output) is columns / 256 lines, columns padded to a multiple of 256 with
/// code 0. Rows follow one another, so that a thread reads one ascending stream, and a row that is
/// not needed is not read.
///
/// **By columns**: each column (input) is outputs / 256 lines, outputs padded likewise, and the
/// columns follow one another: a column whose input is zero is not read. Within a line, byte
/// 16 l + 4 q + d (l, q, d < 4) takes the place of byte 16 q + 4 l + d, so that four columns,
/// interleaved byte by byte as processors do it (within 16 bytes), give consecutive outputs.
///
/// **In base 3**, the lines of a row (or column) take four fifths of that. Five lines L0 .. L4, a
/// *group*, lie in four of 64 bytes: byte j of line i < 4 holds
///
///     c0 + 3 c1 + 9 c2 + 27 c3 + 81 c4 <= 242
///
/// where c0 .. c3 are the codes of byte j of Li (places j, j + 64, j + 128, j + 192) and c4 is the
/// code at place j + 64 (3 - i) of L4. The last lines % 5 lines take as many, with c4 = 0.
/// Activations and results know nothing of the packing: a kernel unpacks lines and goes on as with
/// two bits.
#ifndef BITNET_TERNARY_H
#define BITNET_TERNARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bitnet_stream.h"

/// Bytes of a line.
#define BN_LINE_BYTES 64
/// Codes of a line; columns (by rows) or outputs (by columns) are padded to a multiple of it.
#define BN_LINE_CODES 256
/// Lines that base 3 packs together, and lines of 64 bytes that these take.
#define BN_GROUP_LINES 5
#define BN_GROUP_STORED 4

/// How the codes of lines are stored.
typedef enum { BN_PACK_2BIT = 0, BN_PACK_BASE3 = 1 } bn_ternary_packing;

/// Bytes that `lines` lines of a row or column take.
static inline size_t bn_packed_bytes(bn_ternary_packing packing, size_t lines) {
    if (packing == BN_PACK_BASE3) lines -= lines / BN_GROUP_LINES;
    return BN_LINE_BYTES * lines;
}

/// The most tokens of a tile of packed activations.
#define BN_TILE_TOKENS 12

/// Tokens of every tile but perhaps the last, when `tokens` are dealt out about equally to as few
/// tiles as can be: registers and threads get even work.
static inline size_t bn_tile_tokens(size_t tokens) {
    size_t tiles = (tokens + BN_TILE_TOKENS - 1) / BN_TILE_TOKENS;
    return tiles > 1 ? (tokens + tiles - 1) / tiles : BN_TILE_TOKENS;
}

/// A ternary matrix times the int8 activations of some tokens.
///
/// out[t * out_stride + r] = (sum_k code[r][k] * codes[t][k] - sums[t]) * factors[t]
/// The sum is exact: |sum| <= columns * 2 * 127 < 2^31 for columns < 2^23.
typedef struct {
    /// By rows: row 0 of the rows to compute. By columns: column 0.
    const uint8_t *weights;
    bn_ternary_packing packing;
    size_t stride;        ///< bytes from one row (or column) to the next
    size_t first_line;    ///< by columns: the line of the first output
    size_t rows;          ///< outputs to compute
    size_t columns;       ///< padded columns, a multiple of 256 (by columns: of 4)
    const int8_t *codes;  ///< [tokens][code_stride], |code| <= 127, zero beyond the real columns
    size_t code_stride;   ///< activations from one token to the next, a multiple of 256
    const int8_t *packed; ///< the same codes from `pack_tile`, tile behind tile (`bn_tile_tokens`);
                          ///< unused for 1 token
    size_t tokens;
    const int32_t *sums;  ///< [tokens] sum of a token's codes
    const float *factors; ///< [tokens] weight scale / activation scale
    float *out;           ///< [tokens][out_stride]
    size_t out_stride;
    bool accumulate;      ///< add to `out` (the residual stream) instead of replacing it
    bn_stream stream;     ///< of one to four tokens; more are bound by arithmetic
} bn_ternary_matmul_arguments;

/// Some columns of a matrix by columns times their activations.
///
/// sums[o] += sum_i code[o][inputs[i]] * values[i], o < outputs; exact.
typedef struct {
    const uint8_t *weights; ///< column 0
    bn_ternary_packing packing;
    size_t stride;          ///< bytes from one column to the next
    size_t outputs;         ///< padded outputs, a multiple of 256
    const uint32_t *inputs; ///< [count] columns, ascending
    const int8_t *values;   ///< [count] their activations, |value| <= 127
    size_t count;
    size_t listed;    ///< of `inputs`, at least `count`: those behind may be fetched
    int32_t *sums;    ///< [outputs]
    bn_stream stream; ///< columns are read in batches of `ahead` bytes, fetched one batch ahead
} bn_ternary_columns_arguments;

/// out[r] (+)= (sum_p parts[p * stride + r] - code_sum) * factor, p < count, r < rows: what
/// `ternary_columns` summed in `count` parts, as outputs.
void bn_ternary_add_sums(const int32_t *parts, size_t count, size_t stride, size_t rows,
                         int32_t code_sum, float factor, float *out, bool accumulate);

/// The place of output `o` in the lines of a column (by columns); its own inverse.
static inline size_t bn_ternary_column_place(size_t o) {
    return o - o % 64 + 16 * (o % 16 / 4) + 4 * (o % 64 / 16) + o % 4;
}

/// Two bits of I2_S, 32 bytes a block of 128, to lines; an odd last block fills half a line.
void bn_ternary_lines_from_i2_s(const uint8_t *blocks, size_t block_count, uint8_t *lines);

/// The codes of whole lines: 256 for each.
void bn_ternary_line_codes(const uint8_t *lines, size_t line_count, uint8_t *codes);

/// Packs the lines of one row or column in base 3, and back; the codes must be 0, 1 or 2.
void bn_ternary_base3_from_lines(const uint8_t *lines, size_t line_count, uint8_t *packed);
void bn_ternary_lines_from_base3(const uint8_t *packed, size_t line_count, uint8_t *lines);

/// The code at `place` of the lines of one row or column.
static inline int bn_ternary_code(const uint8_t *packed, bn_ternary_packing packing, size_t place) {
    size_t line = place / BN_LINE_CODES, byte = place % BN_LINE_BYTES;
    size_t field = place % BN_LINE_CODES / BN_LINE_BYTES;
    if (packing == BN_PACK_2BIT) return packed[BN_LINE_BYTES * line + byte] >> (6 - 2 * field) & 3;
    static const uint8_t powers[4] = {1, 3, 9, 27};
    const uint8_t *group = packed + BN_GROUP_STORED * BN_LINE_BYTES * (line / BN_GROUP_LINES);
    line %= BN_GROUP_LINES;
    if (line == BN_GROUP_STORED) return group[BN_LINE_BYTES * (3 - field) + byte] / 81;
    return group[BN_LINE_BYTES * line + byte] / powers[field] % 3;
}

/// Turns up to 256 rows of `lines` lines each, `row_bytes` apart, into one line of each of their
/// lines * 256 columns, the lines `stride` bytes apart; missing rows have code 0.
void bn_ternary_transpose(const uint8_t *rows, size_t row_count, size_t row_bytes, size_t lines,
                          uint8_t *columns, size_t stride);

/// Nonzero when one of `count` packed bytes holds the code 3.
int bn_ternary_has_invalid(const uint8_t *bytes, size_t count);

#endif
