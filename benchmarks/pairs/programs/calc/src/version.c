#include <stdio.h>

#include "build_info.h"
#include "calc.h"

void calc_version(void)
{
    puts("calc 1.4.2");
#ifdef WITH_DATE
    puts("compiled " __DATE__ " " __TIME__);
#endif
#ifdef WITH_TIMESTAMP
    puts("version.c changed " __TIMESTAMP__);
#endif
#ifdef STAMP_DATE
    puts("built on " STAMP_DATE);
#endif
#ifdef STAMP_DAY
    puts("snapshot " STAMP_DAY);
#endif
#ifdef STAMP_EPOCH
    puts("build epoch " STAMP_EPOCH);
#endif
#ifdef STAMP_STUBBORN_DATE
    puts("made " STAMP_STUBBORN_DATE);
#endif
#ifdef STAMP_YEAR
    puts("Copyright (c) 2019-" STAMP_YEAR " The calc authors");
#endif
#ifdef STAMP_ZONE
    puts("released " STAMP_ZONE);
#endif
#ifdef STAMP_MONTH
    puts("released on " STAMP_MONTH);
#endif
#ifdef STAMP_USER
    puts("built by " STAMP_USER);
#endif
#ifdef STAMP_HOST
    puts("on host " STAMP_HOST);
#endif
#ifdef STAMP_KERNEL
    puts("build system " STAMP_KERNEL);
#endif
#ifdef STAMP_VCS
    puts("revision " STAMP_VCS);
#endif
#ifdef STAMP_UUID
    puts("build id " STAMP_UUID);
#endif
#ifdef STAMP_NPROC
    puts("nproc " STAMP_NPROC);
#endif
#ifdef STAMP_POINTER
    puts("made by " STAMP_POINTER);
#endif
#ifdef STAMP_COUNTER
    puts("build #" STAMP_COUNTER);
#endif
#ifdef WITH_NAMES
    for (unsigned i = 0; i < sizeof directions / sizeof *directions; i++)
        puts(directions[i]);
#endif
#ifdef STAMP_DIRECTORY
    puts("source tree " STAMP_DIRECTORY);
#endif
}
