#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "greeting.h"

static char text[128];

const char *greeting(const char *name)
{
    assert(name != NULL);
    size_t room = sizeof text - sizeof "hello, ";
    assert(strlen(name) < room);
    snprintf(text, sizeof text, "hello, %s", name);
    return text;
}
