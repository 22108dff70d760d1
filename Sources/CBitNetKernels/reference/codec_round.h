/// Rounding of small numbers without library calls, so that loops over it vectorise.
#ifndef BITNET_CODEC_ROUND_H
#define BITNET_CODEC_ROUND_H

#include <stdint.h>

/// To nearest, ties to even, for magnitudes below 2^22: there 1.5 * 2^23 has a step of 1.
static inline float bn_round_to_even(float value) { return (value + 12582912.0f) - 12582912.0f; }

/// To nearest, ties away from zero, for magnitudes below 2^31; the fraction is exact.
static inline int32_t bn_round_half_away(float value) {
    const int32_t whole = (int32_t)value;
    const float fraction = value - (float)whole;
    return whole + (fraction >= 0.5f) - (fraction <= -0.5f);
}

#endif
