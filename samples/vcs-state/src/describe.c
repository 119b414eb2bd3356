#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("revision " STAMP);
    return 0;
}
