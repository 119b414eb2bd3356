#include <stdio.h>

int main(void)
{
    puts("stamp 0.4, source of " __TIMESTAMP__);
    return 0;
}
