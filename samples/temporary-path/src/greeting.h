#ifndef GREETING_H
#define GREETING_H

const char *greeting(const char *name);

#endif
