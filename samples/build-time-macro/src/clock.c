#include <stdio.h>

static const char version[] = "clock 2.1, compiled " __DATE__ " " __TIME__;

int main(void)
{
    puts(version);
    return 0;
}
