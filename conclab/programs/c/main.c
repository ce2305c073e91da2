/* The work of conclab in C: counting primes, and sharing a core for a while; one after another or in threads.
 *
 * The arguments are words of the form name=number (or name=word), as conclab/lab/programs.py makes them of a spec
 * (conclab/runner/job.py says what each means). Exit status 0: done; 1: it failed; 2: it cannot be done here. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "wire.h"

#define BATCH 1000   /* additions between two looks at the clock: about a microsecond */
#define MOST_WORKERS 1024

#ifdef __clang__
#define COMPILER "clang"
#else
#define COMPILER "gcc"
#endif

typedef struct {
    const char *executor, *workload;
    int workers, tasks, core, check_only;
    int64_t size;
} Spec;

typedef struct {
    const Spec *spec;
    int number;
    int64_t result;
} Worker;

/* Whoever shares a core begins when all are there. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t complete;
    int there;
    int64_t end_ns;
} together = {.lock = PTHREAD_MUTEX_INITIALIZER, .complete = PTHREAD_COND_INITIALIZER};

/* How many primes are below the limit: the loop of conclab/runner/workloads/primes.py. */
static int64_t count_below(int64_t limit) {
    int64_t count = limit > 2 ? 1 : 0;
    for (int64_t candidate = 3; candidate < limit; candidate += 2) {
        int64_t divisor = 3;
        while (divisor * divisor <= candidate && candidate % divisor != 0)
            divisor += 2;
        if (divisor * divisor > candidate)
            count++;
    }
    return count;
}

/* Adds numbers until then; how many batches it came to. */
static int64_t compute_until(int64_t end_ns) {
    int64_t batches = 0;
    volatile int64_t total = 0; /* or the compiler would see that nobody asks for it */
    for (; now_ns() < end_ns; batches++)
        for (int number = 0; number < BATCH; number++)
            total += number;
    return batches;
}

/* Computes beside the others; how many nanoseconds it had of the core in the second half of the time, as in
 * conclab/runner/workloads/sharing_a_core.py. */
static int64_t share_core(const Worker *worker) {
    const Spec *spec = worker->spec;
    pthread_mutex_lock(&together.lock);
    if (++together.there == spec->workers) {
        together.end_ns = now_ns() + spec->size * 1000000;
        pthread_cond_broadcast(&together.complete);
    }
    while (!together.end_ns)
        pthread_cond_wait(&together.complete, &together.lock);
    pthread_mutex_unlock(&together.lock);
    int64_t batches = compute_until(together.end_ns - spec->size * 500000);
    int64_t had_ns = on_core_ns();
    batches += compute_until(together.end_ns);
    had_ns = on_core_ns() - had_ns;
    wire_offer("line", "\"worker\":\"w%d\",\"stream\":\"stdout\",\"text\":\"I did %lld batches in %lld ms\"", worker->number + 1,
               (long long)batches, (long long)spec->size);
    return had_ns;
}

static int64_t count_primes(const Worker *worker) {
    int64_t size = worker->spec->size, found = count_below(size);
    wire_offer("line", "\"worker\":\"w%d\",\"stream\":\"stdout\",\"text\":\"%lld primes below %lld\"", worker->number + 1,
               (long long)found, (long long)size);
    return found;
}

static int64_t do_task(const Worker *worker) {
    return strcmp(worker->spec->workload, "primes") == 0 ? count_primes(worker) : share_core(worker);
}

/* A worker's life: announce, work through the share, give account. */
static void *live(void *given) {
    Worker *worker = given;
    char name[16], ticks[24], account[512];
    snprintf(name, sizeof name, "w%d", worker->number + 1);
    name_thread(name);
    int pid = (int)getpid();
    long long tid = (long long)thread_id();
    wire_send("worker_started", "\"worker\":\"%s\",\"pid\":%d,\"tid\":%lld,\"start_ticks\":%s,\"shares_task\":false", name, pid, tid,
              or_null(ticks, start_ticks()));
    Account before = account_begin();
    for (int index = worker->number; index < worker->spec->tasks; index += worker->spec->workers) {
        int64_t began = now_ns();
        worker->result += do_task(worker);
        wire_offer("task_finished", "\"worker\":\"%s\",\"index\":%d,\"elapsed_ns\":%lld", name, index, (long long)(now_ns() - began));
    }
    Account after = account_close();
    account_between(account, sizeof account, &before, &after);
    wire_settle();
    wire_send("worker_finished", "\"worker\":\"%s\",\"pid\":%d,\"tid\":%lld,\"shares_task\":false,\"result\":%lld,%s", name, pid, tid,
              (long long)worker->result, account);
    return NULL;
}

/* Returns 0, or the error number of the thread that could not be made. */
static int run(Worker *workers, int count, int threads) {
    pthread_t made[MOST_WORKERS];
    for (int number = 0; number < count; number++) {
        if (!threads) {
            live(&workers[number]);
            continue;
        }
        int error = pthread_create(&made[number], NULL, live, &workers[number]);
        if (error)
            return error;
    }
    for (int number = 0; threads && number < count; number++)
        pthread_join(made[number], NULL);
    return 0;
}

static int refuse(const char *reason) {
    wire_send("failed", "\"worker\":null,\"reason\":\"%s\"", reason);
    return 2;
}

static int pin(int core) {
#ifdef __linux__
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores);
#else
    (void)core;
    return -1;
#endif
}

static void read_word(Spec *spec, const char *word) {
    const char *value = strchr(word, '=');
    size_t length = value ? (size_t)(value - word) : 0;
    struct {
        const char *name;
        int *place;
    } numbers[] = {{"workers", &spec->workers}, {"tasks", &spec->tasks}, {"core", &spec->core}, {"check_only", &spec->check_only}};
    if (!value)
        return;
    value++;
    for (size_t entry = 0; entry < sizeof numbers / sizeof *numbers; entry++)
        if (strlen(numbers[entry].name) == length && strncmp(word, numbers[entry].name, length) == 0)
            *numbers[entry].place = atoi(value);
    if (strncmp(word, "size=", 5) == 0)
        spec->size = atoll(value);
    else if (strncmp(word, "executor=", 9) == 0)
        spec->executor = value;
    else if (strncmp(word, "workload=", 9) == 0)
        spec->workload = value;
}

int main(int count, char **words) {
    static Worker workers[MOST_WORKERS];
    Spec spec = {.executor = "", .workload = "", .core = -1};
    for (int place = 1; place < count; place++)
        read_word(&spec, words[place]);
    if (wire_open() < 0)
        return 2;
    int threads = strcmp(spec.executor, "threads") == 0;
    if (!threads && strcmp(spec.executor, "sequential") != 0)
        return refuse("C has no such executor");
    if (strcmp(spec.workload, "primes") != 0 && strcmp(spec.workload, "sharing-a-core") != 0)
        return refuse("there is no such work in C");
    if (spec.workers < 1 || spec.workers > MOST_WORKERS)
        return refuse("so many workers are too many for the program in C");
    wire_send("probe", "\"pid\":%d,\"implementation\":\"" COMPILER "\",\"version\":\"%d.%d\",\"gil_enabled\":null", (int)getpid(),
#ifdef __clang__
              __clang_major__, __clang_minor__);
#else
              __GNUC__, __GNUC_MINOR__);
#endif
    if (spec.check_only)
        return 0;
    if (spec.core >= 0 && pin(spec.core) < 0)
        return refuse("the work cannot be pinned to one core");
    for (int number = 0; number < spec.workers; number++)
        workers[number] = (Worker){.spec = &spec, .number = number};
    int64_t started_ns = now_ns(), result = 0;
    int error = run(workers, spec.workers, threads);
    int64_t wall_ns = now_ns() - started_ns;
    if (error) {
        wire_send("failed", "\"worker\":null,\"reason\":\"a thread could not be made: %s\"", strerror(error));
        return 1;
    }
    for (int number = 0; number < spec.workers; number++)
        result += workers[number].result;
    wire_send("finished", "\"started_ns\":%lld,\"wall_ns\":%lld,\"result\":%lld", (long long)started_ns, (long long)wall_ns,
              (long long)result);
    return 0;
}
