#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

struct store;

struct store *store_open(size_t slots);
void store_close(struct store *store);
int store_put(struct store *store, const char *key, const char *value);
const char *store_find(const struct store *store, const char *key);
size_t store_count(const struct store *store);
uint32_t store_hash(const char *text);
uint32_t store_checksum(const void *data, size_t length);
char *store_trim(char *text);
const char *store_version(void);

#endif
