#include <stdio.h>
#include <string.h>

#include "calc.h"

static const char usage[] = "usage: calc EXPRESSION | --list | --version";

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "%s\n", usage);
        return 2;
    }
    if (strcmp(argv[1], "--list") == 0) {
        calc_list_functions();
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        calc_version();
        return 0;
    }
    printf("%.12g\n", calc_evaluate(argv[1]));
    return 0;
}
