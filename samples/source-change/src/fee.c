#include <stdio.h>
#include <stdlib.h>

static long fee(long amount)
{
    if (amount > 10000)
        return amount / 50;
    return amount / 20 + 3;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("fee for %s: %ld\n", argv[i], fee(atol(argv[i])));
    return argc < 2;
}
