#ifndef TOTAL_H
#define TOTAL_H

long parse(const char *text);
long add(long total, long value);
long zero(void);
void print(long total);

#endif
