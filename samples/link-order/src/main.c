#include "total.h"

int main(int argc, char **argv)
{
    long total = zero();
    for (int i = 1; i < argc; i++)
        total = add(total, parse(argv[i]));
    print(total);
    return 0;
}
