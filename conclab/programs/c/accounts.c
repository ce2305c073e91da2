#define _GNU_SOURCE /* RUSAGE_THREAD, syscall */
#include "accounts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#else
#include <pthread.h>
#endif

#include "wire.h"

#define TRIES 5

/* A file of /proc, read at once; empty where it cannot be. */
static void slurp(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
    text[length < 0 ? 0 : length] = '\0';
    if (file >= 0)
        close(file);
}

/* The number behind `key` and whatever stands between them that is no digit. */
static int64_t number_behind(const char *path, const char *key) {
    char text[16384];
    slurp(path, text, sizeof text);
    const char *at = strstr(text, key);
    if (!at)
        return UNKNOWN;
    at += strlen(key);
    at += strcspn(at, "0123456789");
    return *at ? strtoll(at, NULL, 10) : UNKNOWN;
}

static int64_t wants_core(void) {
    char text[128];
    slurp("/proc/thread-self/schedstat", text, sizeof text);
    const char *second = strchr(text, ' ');
    return second ? strtoll(second, NULL, 10) : UNKNOWN;
}

static int64_t migrations(void) { return number_behind("/proc/thread-self/sched", "nr_migrations"); }

int64_t on_core_ns(void) {
    struct timespec on_core;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &on_core);
    return (int64_t)on_core.tv_sec * 1000000000 + on_core.tv_nsec;
}

/* All that is counted, between two stamps. Whoever is preempted in between has waited by the second reading and not by the first:
 * it shows in the run-queue delay, and then all is read again. */
static Account read_all(int64_t *last_ns) {
    Account found = {0};
    int64_t before = wants_core();
    for (int try = 0; try < TRIES; try++) {
        found.at_ns = now_ns();
        found.on_core_ns = on_core_ns();
        found.voluntary = found.involuntary = UNKNOWN;
#ifdef RUSAGE_THREAD
        struct rusage usage;
        getrusage(RUSAGE_THREAD, &usage);
        found.voluntary = usage.ru_nvcsw;
        found.involuntary = usage.ru_nivcsw;
#endif
        *last_ns = now_ns();
        found.wants_core_ns = wants_core();
        if (found.wants_core_ns == before)
            break;
        before = found.wants_core_ns;
    }
    return found;
}

Account account_begin(void) {
    int64_t moved = migrations(), last_ns;
    Account found = read_all(&last_ns);
    found.migrations = moved;
    return found;
}

Account account_close(void) {
    int64_t last_ns;
    Account found = read_all(&last_ns);
    found.at_ns = last_ns;
    found.migrations = migrations();
    return found;
}

static int64_t grown(int64_t before, int64_t after) {
    return before == UNKNOWN || after == UNKNOWN ? UNKNOWN : after - before;
}

const char *or_null(char *text, int64_t number) {
    snprintf(text, 24, number == UNKNOWN ? "null" : "%lld", (long long)number);
    return text;
}

void account_between(char *text, size_t size, const Account *before, const Account *after) {
    char on[24], wants[24], voluntary[24], involuntary[24], moved[24], peak[24];
    int64_t peak_kib = number_behind("/proc/self/status", "VmHWM:");
    snprintf(text, size,
             "\"started_ns\":%lld,\"ended_ns\":%lld,\"on_core_ns\":%s,\"wants_core_ns\":%s,\"voluntary_switches\":%s,"
             "\"involuntary_switches\":%s,\"migrations\":%s,\"peak_rss_bytes\":%s",
             (long long)before->at_ns, (long long)after->at_ns, or_null(on, grown(before->on_core_ns, after->on_core_ns)),
             or_null(wants, grown(before->wants_core_ns, after->wants_core_ns)),
             or_null(voluntary, grown(before->voluntary, after->voluntary)),
             or_null(involuntary, grown(before->involuntary, after->involuntary)),
             or_null(moved, grown(before->migrations, after->migrations)),
             or_null(peak, peak_kib == UNKNOWN ? UNKNOWN : peak_kib * 1024));
}

int64_t thread_id(void) {
#ifdef __linux__
    return syscall(SYS_gettid);
#else
    uint64_t id;
    pthread_threadid_np(NULL, &id);
    return (int64_t)id;
#endif
}

int64_t start_ticks(void) {
    char text[1024];
    slurp("/proc/thread-self/stat", text, sizeof text);
    char *at = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : UNKNOWN;
}

void name_thread(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name, 0, 0, 0);
#else
    pthread_setname_np(name);
#endif
}
