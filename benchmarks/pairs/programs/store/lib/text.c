#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "store.h"

char *store_trim(char *text)
{
    assert(text != NULL);
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}
