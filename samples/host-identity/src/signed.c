#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("built by " STAMP);
    return 0;
}
