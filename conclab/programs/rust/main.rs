//! The work of conclab in Rust: counting primes, and sharing a core for a while; one after another or in threads.
//!
//! The arguments are words of the form name=value, as conclab/lab/programs.py makes them of a spec (conclab/runner/job.py says what
//! each means). Exit status 0: done; 2: it cannot be done here. It takes Rust 1.63 or newer.

mod accounts;
mod system;
mod wire;

use std::collections::HashMap;
use std::env;
use std::hint::black_box;
use std::process;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Barrier;
use std::thread;

use accounts::{between, begin, close, name_thread, or_null, start_ticks, thread_id};
use system::{now_ns, on_core_ns, pin};
use wire::Wire;

const BATCH: i64 = 1_000; // additions between two looks at the clock

struct Job {
    wire: Wire,
    primes: bool,
    workers: usize,
    tasks: usize,
    size: i64,
    together: Barrier,
    end_ns: AtomicI64,
}

/// How many primes are below the limit: the loop of conclab/runner/workloads/primes.py.
fn count_below(limit: i64) -> i64 {
    let mut count = i64::from(limit > 2);
    let mut candidate = 3;
    while candidate < limit {
        let mut divisor = 3;
        while divisor * divisor <= candidate && candidate % divisor != 0 {
            divisor += 2;
        }
        count += i64::from(divisor * divisor > candidate);
        candidate += 2;
    }
    count
}

/// Add numbers until then; how many batches it came to.
fn compute_until(end_ns: i64) -> i64 {
    let mut batches = 0;
    while now_ns() < end_ns {
        let mut total = 0;
        for number in 0..BATCH {
            total = black_box(total + number); // or the compiler would see that nobody asks for it
        }
        batches += 1;
    }
    batches
}

impl Job {
    /// Compute beside the others, from when all are there. How many batches it came to, and how many nanoseconds it had of the core
    /// in the second half of the time, as in conclab/runner/workloads/sharing_a_core.py.
    fn share_core(&self) -> (i64, i64) {
        self.together.wait();
        let own_ns = now_ns() + self.size * 1_000_000;
        let first = self.end_ns.compare_exchange(0, own_ns, Ordering::SeqCst, Ordering::SeqCst); // it speaks for all
        let end_ns = first.err().unwrap_or(own_ns);
        let first = compute_until(end_ns - self.size * 500_000);
        let had_ns = on_core_ns();
        let batches = first + compute_until(end_ns);
        (batches, on_core_ns() - had_ns)
    }

    fn task(&self, worker: &str) -> i64 {
        let (found, text) = if self.primes {
            let found = count_below(self.size);
            (found, format!("{found} primes below {}", self.size))
        } else {
            let (batches, had_ns) = self.share_core();
            (had_ns, format!("I did {batches} batches in {} ms", self.size))
        };
        self.wire.offer("line", &format!("\"worker\":\"{worker}\",\"stream\":\"stdout\",\"text\":\"{text}\""));
        found
    }

    /// A worker's life: announce, work through the share, give account.
    fn live(&self, number: usize) -> i64 {
        let worker = format!("w{}", number + 1);
        name_thread(&worker);
        let who = format!("\"worker\":\"{worker}\",\"pid\":{},\"tid\":{},\"shares_task\":false", process::id(), thread_id());
        self.wire.send("worker_started", &format!("{who},\"start_ticks\":{}", or_null(start_ticks())));
        let before = begin();
        let mut result = 0;
        for index in (number..self.tasks).step_by(self.workers) {
            let began = now_ns();
            result += self.task(&worker);
            let elapsed = now_ns() - began;
            self.wire.offer("task_finished", &format!("\"worker\":\"{worker}\",\"index\":{index},\"elapsed_ns\":{elapsed}"));
        }
        let account = between(&before, &close());
        self.wire.settle();
        self.wire.send("worker_finished", &format!("{who},\"result\":{result},{account}"));
        result
    }

    fn run(&self, threads: bool) -> i64 {
        if !threads {
            return (0..self.workers).map(|number| self.live(number)).sum();
        }
        thread::scope(|scope| {
            let made: Vec<_> = (0..self.workers).map(|number| scope.spawn(move || self.live(number))).collect();
            made.into_iter().map(|one| one.join().expect("a worker does not panic")).sum()
        })
    }
}

fn main() {
    let words: HashMap<String, String> =
        env::args().skip(1).filter_map(|word| word.split_once('=').map(|(name, value)| (name.into(), value.into()))).collect();
    let word = |name: &str| words.get(name).map_or("", String::as_str);
    let number = |name: &str| word(name).parse::<usize>().unwrap_or(0);
    let wire = Wire::open().unwrap_or_else(|| process::exit(2));
    let refuse = |wire: &Wire, reason: &str| -> ! {
        wire.send("failed", &format!("\"worker\":null,\"reason\":\"{reason}\""));
        process::exit(2)
    };
    let threads = word("executor") == "threads";
    if !threads && word("executor") != "sequential" {
        refuse(&wire, "Rust has no such executor");
    }
    if !["primes", "sharing-a-core"].contains(&word("workload")) {
        refuse(&wire, "there is no such work in Rust");
    }
    let version = option_env!("CONCLAB_COMPILER").unwrap_or("");
    wire.send(
        "probe",
        &format!("\"pid\":{},\"implementation\":\"rustc\",\"version\":\"{version}\",\"gil_enabled\":null", process::id()),
    );
    if number("check_only") != 0 {
        return;
    }
    if words.contains_key("core") && !pin(number("core")) {
        refuse(&wire, "the work cannot be pinned to one core");
    }
    let workers = number("workers").max(1);
    let job = Job {
        wire,
        primes: word("workload") == "primes",
        workers,
        tasks: number("tasks"),
        size: number("size") as i64,
        together: Barrier::new(workers),
        end_ns: AtomicI64::new(0),
    };
    let started_ns = now_ns();
    let result = job.run(threads);
    let wall_ns = now_ns() - started_ns;
    job.wire.send("finished", &format!("\"started_ns\":{started_ns},\"wall_ns\":{wall_ns},\"result\":{result}"));
}
