#include <stdio.h>
#include <stdlib.h>

static double mean(const double *values, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i] * 0.5 + values[i] * 0.5;
    return sum / count;
}

int main(int argc, char **argv)
{
    double values[64];
    int count = 0;
    for (int i = 1; i < argc && count < 64; i++)
        values[count++] = atof(argv[i]);
    if (count)
        printf("%g\n", mean(values, count));
    return 0;
}
