#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "store.h"

struct entry {
    char *key;
    char *value;
};

struct store {
    size_t slots;
    size_t used;
    struct entry *entries;
};

const char *store_version(void)
{
    return store_build;
}

struct store *store_open(size_t slots)
{
    assert(slots > 0 && (slots & (slots - 1)) == 0);
    struct store *store = malloc(sizeof *store);
    if (store == NULL)
        return NULL;
    store->slots = slots;
    store->used = 0;
    store->entries = calloc(slots, sizeof *store->entries);
    if (store->entries == NULL) {
        free(store);
        return NULL;
    }
    return store;
}

void store_close(struct store *store)
{
    for (size_t i = 0; i < store->slots; i++) {
        free(store->entries[i].key);
        free(store->entries[i].value);
    }
    free(store->entries);
    free(store);
}

static struct entry *place(const struct store *store, const char *key)
{
    size_t at = store_hash(key) & (store->slots - 1);
    while (store->entries[at].key != NULL && strcmp(store->entries[at].key, key) != 0)
        at = (at + 1) & (store->slots - 1);
    return &store->entries[at];
}

int store_put(struct store *store, const char *key, const char *value)
{
    assert(store->used < store->slots);
    if (store->used + 1 >= store->slots)
        return -1;
    struct entry *entry = place(store, key);
    char *copy = strdup(value);
    if (copy == NULL)
        return -1;
    if (entry->key == NULL) {
        entry->key = strdup(key);
        store->used++;
    }
    free(entry->value);
    entry->value = copy;
    return 0;
}

const char *store_find(const struct store *store, const char *key)
{
    const struct entry *entry = place(store, key);
    return entry->key == NULL ? NULL : entry->value;
}

size_t store_count(const struct store *store)
{
    return store->used;
}
