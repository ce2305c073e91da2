#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 4096 /* bytes of a line: PIPE_BUF, so that writes of several threads never mix (pipe(7)) */
#define PATIENCE_NS 2000000000LL

static int wire = -1;
static atomic_int dropped;

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int wire_open(void) {
    const char *path = getenv("CONCLAB_EVENTS");
    signal(SIGPIPE, SIG_IGN); /* a lab that is gone is no reason to fail */
    wire = path ? open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    return wire < 0 ? -1 : 0;
}

/* The line's length; 0 when it would be longer than the wire takes. */
static size_t line_of(char *line, const char *kind, const char *body, va_list values) {
    int length = snprintf(line, LIMIT, "{\"event\":\"%s\",\"at\":%lld,", kind, (long long)now_ns());
    int more = vsnprintf(line + length, LIMIT - length, body, values);
    if (more < 0 || length + more + 2 >= LIMIT)
        return 0;
    line[length + more] = '}';
    line[length + more + 1] = '\n';
    return (size_t)(length + more + 2);
}

void wire_send(const char *kind, const char *body, ...) {
    char line[LIMIT];
    va_list values;
    va_start(values, body);
    size_t length = line_of(line, kind, body, values);
    va_end(values);
    int64_t deadline = now_ns() + PATIENCE_NS;
    while (length && write(wire, line, length) < 0 && (errno == EAGAIN || errno == EINTR)) {
        int64_t rest = deadline - now_ns();
        if (rest <= 0)
            return;
        struct pollfd room = {.fd = wire, .events = POLLOUT};
        poll(&room, 1, (int)(rest / 1000000) + 1);
    }
}

void wire_offer(const char *kind, const char *body, ...) {
    char line[LIMIT];
    va_list values;
    va_start(values, body);
    size_t length = line_of(line, kind, body, values);
    va_end(values);
    if (!length || write(wire, line, length) < 0)
        atomic_fetch_add(&dropped, 1);
}

void wire_settle(void) {
    int count = atomic_exchange(&dropped, 0);
    if (count)
        wire_send("dropped", "\"count\":%d", count);
}
