#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_LIBM
#include <math.h>
#endif

static double third_root(double value)
{
#ifdef HAVE_LIBM
    return cbrt(value);
#else
    double guess = value > 1 ? value / 3 : 1;
    for (int step = 0; step < 60; step++)
        guess -= (guess * guess * guess - value) / (3 * guess * guess);
    return guess;
#endif
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%.9g\n", third_root(atof(argv[i])));
    return 0;
}
