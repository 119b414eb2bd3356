#include <stdio.h>
#include <string.h>

#include "store.h"

int main(int argc, char **argv)
{
    char line[256];
    struct store *store = store_open(1024);
    if (store == NULL)
        return 1;
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        puts(store_version());
        store_close(store);
        return 0;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *equals = strchr(line, '=');
        if (equals == NULL) {
            const char *value = store_find(store, store_trim(line));
            puts(value == NULL ? "(nothing)" : value);
            continue;
        }
        *equals = '\0';
        if (store_put(store, store_trim(line), store_trim(equals + 1)) != 0) {
            fputs("store: full\n", stderr);
            return 1;
        }
    }
    printf("%zu entries, checksum %08x\n", store_count(store), store_checksum(line, strlen(line)));
    store_close(store);
    return 0;
}
