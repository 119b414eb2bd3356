#include <stdio.h>

#include "released.h"

int main(void)
{
    puts("released on " RELEASED);
    return 0;
}
