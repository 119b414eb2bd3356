#include <stdio.h>

#include "stamp.h"

static const char built[] = "about 1.0 (built " BUILD_DATE ")";
static const char epoch[] = "epoch " BUILD_EPOCH;

int main(void)
{
    puts(built);
    puts(epoch);
    return 0;
}
