#include <stdio.h>

#include "total.h"

void print(long total)
{
    printf("the total is %ld\n", total);
}
