/// The files of the chat page, in the program: `bitnet serve` needs no folder beside it.
#ifndef BITNET_PAGE_H
#define BITNET_PAGE_H

#include <stddef.h>
#include <stdint.h>

/// How many files there are.
size_t bitnet_page_count(void);
/// The name of file `index`, below bitnet_page_count(); it lives as long as the program.
const char *bitnet_page_name(size_t index);
/// Its length in bytes.
size_t bitnet_page_size(size_t index);
/// One byte of it, for `offset` below its length.
uint8_t bitnet_page_byte(size_t index, size_t offset);

#endif
