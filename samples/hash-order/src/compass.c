#include <stdio.h>

#include "names.h"

int main(void)
{
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        puts(names[i]);
    return 0;
}
