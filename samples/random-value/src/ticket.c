#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("build ticket " STAMP);
    return 0;
}
