#include "store.h"

static uint32_t table[256];

static void fill(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? 0xedb88320u ^ (value >> 1) : value >> 1;
        table[i] = value;
    }
}

uint32_t store_checksum(const void *data, size_t length)
{
    const unsigned char *byte = data;
    uint32_t value = 0xffffffffu;
    if (table[1] == 0)
        fill();
    while (length--)
        value = table[(value ^ *byte++) & 0xff] ^ (value >> 8);
    return ~value;
}
