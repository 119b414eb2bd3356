#include "store.h"

static const uint32_t primes[] = {5381, 16777619, 2654435761u, 40503};

uint32_t store_hash(const char *text)
{
    uint32_t value = primes[0];
    for (size_t i = 0; text[i] != '\0'; i++)
        value = (value * 33) ^ (unsigned char)text[i];
    value ^= value >> 15;
    value *= primes[2];
    return value ^ (value >> 13);
}
