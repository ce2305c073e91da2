/* What the kernel has counted of the calling thread, read by the thread itself: as conclab/runner/accounts.py does. */
#ifndef CONCLAB_ACCOUNTS_H
#define CONCLAB_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#define UNKNOWN (-1) /* this system does not count it */

typedef struct {
    int64_t at_ns, on_core_ns, wants_core_ns, voluntary, involuntary, migrations;
} Account;

Account account_begin(void);
Account account_close(void);

/* The fields of worker_finished that two accounts give, as JSON members. */
void account_between(char *text, size_t size, const Account *before, const Account *after);

int64_t on_core_ns(void); /* of the calling thread */
int64_t thread_id(void);
int64_t start_ticks(void); /* field 22 of the thread's stat, or UNKNOWN */
void name_thread(const char *name);

/* A number as JSON; null where it is UNKNOWN. `text` must have room for 24 bytes. */
const char *or_null(char *text, int64_t number);

#endif
