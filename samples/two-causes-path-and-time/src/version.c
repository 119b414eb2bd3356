#include "greeting.h"

const char *version(void)
{
    return "greet 3.0 of " __DATE__;
}
