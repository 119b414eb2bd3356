#include <stdio.h>
#include <stdlib.h>

#include "calc.h"

void calc_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: '%s' does not hold\n", file, line, condition);
    abort();
}
