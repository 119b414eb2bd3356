#include "total.h"

long add(long total, long value)
{
    return total + value;
}
