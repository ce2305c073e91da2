/* The event wire, as conclab/runner/wire.py describes it: one JSON object a line on the FIFO named by $CONCLAB_EVENTS. */
#ifndef CONCLAB_WIRE_H
#define CONCLAB_WIRE_H

#include <stdint.h>

/* Returns 0, or -1 where there is no wire. */
int wire_open(void);

/* Writes an event that the run needs: waits up to two seconds for room. `body` is printf's: what follows event and at. */
void wire_send(const char *kind, const char *body, ...) __attribute__((format(printf, 2, 3)));

/* Writes an event if there is room; else counts it as dropped. */
void wire_offer(const char *kind, const char *body, ...) __attribute__((format(printf, 2, 3)));

/* Reports what was dropped. */
void wire_settle(void);

/* CLOCK_MONOTONIC, nanoseconds. */
int64_t now_ns(void);

#endif
