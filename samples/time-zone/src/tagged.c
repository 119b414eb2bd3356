#include <stdio.h>

#include "tagged.h"

int main(void)
{
    puts("tagged " TAGGED);
    return 0;
}
