#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("numbered 1.0, build # " STAMP);
    return 0;
}
