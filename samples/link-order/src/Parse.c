#include <stdlib.h>

#include "total.h"

long parse(const char *text)
{
    return strtol(text, NULL, 10);
}
