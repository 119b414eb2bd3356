#include <stdio.h>

#include "stamp.h"

int main(void)
{
    puts("num_threads = " STAMP);
    return 0;
}
