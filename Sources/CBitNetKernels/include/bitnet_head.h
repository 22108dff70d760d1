/// The quantised output head: 8-bit weights in two planes of 4 bits, 16-bit activations.
///
/// Row r of the head is w[r][k] = (16 high[r][k] + low[r][k]) * scales[r] with digits
/// -7 <= high <= 7 and -8 <= low <= 7: the nearest of 239 levels, scales[r] = max |w[r]| / 119.
/// The high plane alone is a 4-bit head. A hidden state is x[k] = (256 d0[k] + d1[k]) / x_scale
/// with digits -128 ... 127, x_scale = 32512 / max |x|. So every sum is an exact integer:
///
///     high_sum[r] = sum_k high[r][k] * (256 d0[k] + d1[k]),  |high_sum| <= 8 * 32639 * columns
///     logit[r] = (float)((16.0 * high_sum[r] + low_sum[r]) * ((double)scales[r] / x_scale))
///
/// in float64, which is exact but for the last product's rounding. Columns are at most 8192, so
/// that sums fit into int32.
///
/// A plane's row is columns / 128 lines of 64 bytes: byte j holds the digits of columns j (bits
/// 7-4) and j + 64 (bits 3-0) of the line's 128, each plus 8.
#ifndef BITNET_HEAD_H
#define BITNET_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "bitnet_stream.h"

/// Columns of a line of a plane; a head's columns are padded to a multiple of it.
#define BN_HEAD_LINE_COLUMNS 128
/// The most columns of a quantised head.
#define BN_HEAD_COLUMNS 8192

/// A hidden state in two digits.
typedef struct {
    int8_t *digits;      ///< [2][columns], d0 then d1, zero beyond the real columns
    size_t columns;      ///< padded columns
    float inverse_scale; ///< 1 / x_scale; NaN when the state holds a value that is not finite
    float norm;          ///< sqrt(sum of (256 d0 + d1)^2)
    int32_t sum;         ///< sum of 256 d0 + d1
    int32_t first_sum;   ///< sum of d0
    int32_t rest;        ///< sum of d1^2
} bn_head_state;

/// Sums of one plane.
///
/// sums[i] = sum_k digit[row i][k] * (256 d0[k] + d1[k]), row i = rows ? rows[i] : first + i
typedef struct {
    const uint8_t *plane; ///< row 0
    const uint32_t *rows; ///< [count], or NULL
    size_t first, count;
    const bn_head_state *state;
    int32_t *sums; ///< [count]
    /// Another state of as many columns, whose sums of the same rows are computed along; NULL for
    /// none. A row is then read and taken apart once.
    const bn_head_state *other;
    int32_t *other_sums; ///< [count]
    bn_stream stream;
} bn_head_arguments;

/// A state whose sums by its first digit are wanted, and where they go.
typedef struct {
    const int8_t *digits; ///< d0: the state's first `columns` digits
    int32_t digit_sum;    ///< their sum
    int32_t *sums;        ///< one for each row of the plane, from row 0 on
} bn_head_target;

/// Sums of one plane by first digits alone, half of the work of exact ones, for choosing
/// candidates:
///
/// targets[t].sums[r] = 256 sum_k digit[row r][k] * d0[k], first <= r < first + count
///
/// |sum| <= 256 * 8 * 127 * columns < 2^31. A row is read and taken apart once for several targets.
typedef struct {
    const uint8_t *plane; ///< row 0
    size_t columns;       ///< padded columns
    size_t first, count;
    const bn_head_target *targets;
    size_t target_count;
    bn_stream stream; ///< of one target; several are bound by arithmetic
} bn_head_scan_arguments;

/// Replaces the top of a heap of `count` values and their rows, whose least value is on top.
void bn_heap_replace(float *heap, uint32_t *rows, size_t count, float value, uint32_t row);

#endif
