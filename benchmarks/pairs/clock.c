/* Preloaded into a build: the wall clock stands still at PAIR_CLOCK (seconds since 1970). Monotonic clocks run on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t stopped(void)
{
    const char *text = getenv("PAIR_CLOCK");
    return text == NULL ? 0 : (time_t)strtoll(text, NULL, 10);
}

time_t time(time_t *result)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result != NULL)
        *result = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (clock != CLOCK_REALTIME || stopped() == 0)
        return real(clock, result);
    result->tv_sec = stopped();
    result->tv_nsec = 0;
    return 0;
}
