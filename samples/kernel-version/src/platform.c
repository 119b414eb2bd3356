#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("platform: " STAMP);
    return 0;
}
