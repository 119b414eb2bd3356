#include <stdio.h>
#include <string.h>

#include "calc.h"

static double half(double x) { return x / 2; }
static double square(double x) { return x * x; }
static double cube(double x) { return x * x * x; }
static double negate(double x) { return -x; }
static double inverse(double x) { return 1 / x; }

static double root(double x)
{
    double guess = x > 1 ? x / 2 : 1;
    for (int step = 0; step < 40; step++)
        guess = (guess + x / guess) / 2;
    return guess;
}

static const struct function functions[] = {
    {"half", half, "half of the operand"},
    {"square", square, "the operand times itself"},
    {"cube", cube, "the third power"},
    {"negate", negate, "the operand with the other sign"},
    {"inverse", inverse, "one divided by the operand"},
    {"root", root, "the square root, by Newton's method"},
};

const struct function *calc_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

void calc_list_functions(void)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        printf("  %-10s %s\n", functions[i].name, functions[i].help);
}
