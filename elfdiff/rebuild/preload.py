"""A library that lists directories backwards, built with the C compiler at hand and preloaded."""

from __future__ import annotations

import subprocess
from pathlib import Path

from elfdiff.errors import ElfdiffError

_NAME = "libelfdiff-backwards.so"
_SOON = 60.0
_CODE = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Each open directory's entries, read at once and given from the last to the first. */
struct listing { DIR *dir; void **entries; size_t left; struct listing *next; };
static struct listing *listings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct listing **place(DIR *dir) {
    struct listing **at = &listings;
    while (*at && (*at)->dir != dir) at = &(*at)->next;
    return at;
}

static void forget(DIR *dir) {
    pthread_mutex_lock(&lock);
    struct listing **at = place(dir), *one = *at;
    if (one) *at = one->next;
    pthread_mutex_unlock(&lock);
    if (!one) return;
    while (one->left) free(one->entries[--one->left]);
    free(one->entries);
    free(one);
}

#define BACKWARDS(NAME, ENTRY)                                                                          \
    struct ENTRY *NAME(DIR *dir) {                                                                      \
        static struct ENTRY *(*real)(DIR *);                                                            \
        static __thread struct ENTRY given;                                                             \
        struct ENTRY *entry;                                                                            \
        if (!real) real = (struct ENTRY *(*)(DIR *))dlsym(RTLD_NEXT, #NAME);                            \
        pthread_mutex_lock(&lock);                                                                      \
        struct listing *one = *place(dir);                                                              \
        pthread_mutex_unlock(&lock);                                                                    \
        if (!one) {                                                                                     \
            if (!(one = calloc(1, sizeof *one))) return real(dir);                                      \
            one->dir = dir;                                                                             \
            while ((entry = real(dir))) {                                                               \
                void **more = realloc(one->entries, (one->left + 1) * sizeof *more);                    \
                void *copy = calloc(1, sizeof *entry);                                                  \
                if (!more || !copy) abort();                                                            \
                memcpy(copy, entry, entry->d_reclen < sizeof *entry ? entry->d_reclen : sizeof *entry); \
                one->entries = more;                                                                    \
                more[one->left++] = copy;                                                               \
            }                                                                                           \
            pthread_mutex_lock(&lock);                                                                  \
            one->next = listings;                                                                       \
            listings = one;                                                                             \
            pthread_mutex_unlock(&lock);                                                                \
        }                                                                                               \
        if (!one->left) return NULL;                                                                    \
        memcpy(&given, one->entries[--one->left], sizeof given);                                        \
        free(one->entries[one->left]);                                                                  \
        return &given;                                                                                  \
    }

BACKWARDS(readdir, dirent)
#ifdef __GLIBC__
BACKWARDS(readdir64, dirent64)
#endif

int closedir(DIR *dir) {
    static int (*real)(DIR *);
    if (!real) real = (int (*)(DIR *))dlsym(RTLD_NEXT, "closedir");
    forget(dir);
    return real(dir);
}

void rewinddir(DIR *dir) {
    static void (*real)(DIR *);
    if (!real) real = (void (*)(DIR *))dlsym(RTLD_NEXT, "rewinddir");
    forget(dir);
    real(dir);
}
"""


class NoPreload(ElfdiffError):
    """The library could not be built."""


def reversed_listing(directory: Path, compiler: str) -> Path:
    """The library, in ``directory``; built at the first call."""
    library = directory / _NAME
    if library.exists():
        return library
    words = [compiler, "-shared", "-fPIC", "-O1", "-w", "-x", "c", "-", "-o", str(library), "-ldl", "-pthread"]
    try:
        made = subprocess.run(words, input=_CODE.encode(), capture_output=True, check=False, timeout=_SOON)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPreload(f"{compiler}: {error}") from error
    if made.returncode != 0:
        raise NoPreload(f"{compiler} could not build the library that lists directories backwards")
    return library
