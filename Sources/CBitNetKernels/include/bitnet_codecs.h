/// Byte layouts of stored tensors: decoding and encoding, one reference implementation each.
///
/// All functions take stored bytes at any alignment, in the little-endian order of the files, on a
/// little-endian machine. Ternary values travel as codes: value + 1, so 0, 1 or 2.
#ifndef BITNET_CODECS_H
#define BITNET_CODECS_H

#include <stddef.h>
#include <stdint.h>

/// Decodes IEEE binary16; exact for every pattern, NaN payloads included.
void bn_decode_float16(const uint8_t *restrict source, size_t count, float *restrict values);
/// Decodes bfloat16; exact for every pattern.
void bn_decode_bfloat16(const uint8_t *restrict source, size_t count, float *restrict values);
/// Rounds to binary16, to nearest, ties to even; NaN stays a (quiet) NaN.
void bn_encode_float16(const float *restrict values, size_t count, uint8_t *restrict target);
/// Rounds to bfloat16, to nearest, ties to even; NaN stays a (quiet) NaN.
void bn_encode_bfloat16(const float *restrict values, size_t count, uint8_t *restrict target);

/// Decodes blocks of Q8_0: float16 scale, 32 int8.
void bn_decode_q8_0(const uint8_t *restrict blocks, size_t block_count, float *restrict values);
/// Decodes blocks of Q4_0: float16 scale, 16 bytes of nibbles, value = nibble - 8.
void bn_decode_q4_0(const uint8_t *restrict blocks, size_t block_count, float *restrict values);
/// Decodes blocks of Q6_K: 256 values of 6 bits, 16 int8 scales, float16 scale.
void bn_decode_q6_k(const uint8_t *restrict blocks, size_t block_count, float *restrict values);
/// Encodes finite values as Q8_0: scale = largest magnitude / 127.
void bn_encode_q8_0(const float *restrict values, size_t block_count, uint8_t *restrict blocks);
/// Encodes finite values as Q4_0: scale = the value of largest magnitude / -8.
void bn_encode_q4_0(const float *restrict values, size_t block_count, uint8_t *restrict blocks);
/// Encodes finite values as Q6_K: searches each group of 16 for its scale of least squared error.
void bn_encode_q6_k(const float *restrict values, size_t block_count, uint8_t *restrict blocks);

/// Decodes blocks of I2_S (128 codes in 32 bytes); returns non-zero when a code 3 occurs.
uint32_t bn_decode_i2_s_codes(const uint8_t *restrict blocks, size_t block_count,
                              uint8_t *restrict codes);
/// Decodes blocks of TQ2_0 (256 codes in 66 bytes); returns non-zero when a code 3 occurs.
uint32_t bn_decode_tq2_0_codes(const uint8_t *restrict blocks, size_t block_count,
                               uint8_t *restrict codes);
/// Decodes blocks of TQ1_0 (256 codes in 54 bytes); returns non-zero when a byte is no sum of
/// trits that an encoder writes.
uint32_t bn_decode_tq1_0_codes(const uint8_t *restrict blocks, size_t block_count,
                               uint8_t *restrict codes);
/// Decodes one row of Hugging Face's packing: the codes at bit `shift` (0, 2, 4, 6) of each byte;
/// returns non-zero when a code 3 occurs.
uint32_t bn_decode_packed_codes(const uint8_t *restrict packed, size_t count, uint32_t shift,
                                uint8_t *restrict codes);
/// Encodes 128 codes a block as I2_S, without the tensor's tail.
void bn_encode_i2_s(const uint8_t *restrict codes, size_t block_count, uint8_t *restrict blocks);
/// Encodes 256 codes a block as TQ2_0 with the float16 bits `scale` in every block.
void bn_encode_tq2_0(const uint8_t *restrict codes, size_t block_count, uint16_t scale,
                     uint8_t *restrict blocks);
/// Encodes 256 codes a block as TQ1_0 with the float16 bits `scale` in every block.
void bn_encode_tq1_0(const uint8_t *restrict codes, size_t block_count, uint16_t scale,
                     uint8_t *restrict blocks);
/// Packs four rows of `count` codes, first row in the low bits, into one row of bytes.
void bn_encode_packed(const uint8_t *restrict row0, const uint8_t *restrict row1,
                      const uint8_t *restrict row2, const uint8_t *restrict row3, size_t count,
                      uint8_t *restrict packed);

#endif
