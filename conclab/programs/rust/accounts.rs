//! What the kernel has counted of the calling thread, read by the thread itself: as conclab/runner/accounts.py does.

use std::fs::{read_link, read_to_string};
use std::process;

use crate::system::{now_ns, on_core_ns, switches};

const TRIES: usize = 5;

pub struct Account {
    at_ns: i64,
    on_core_ns: i64,
    wants_core_ns: Option<i64>,
    switches: Option<(i64, i64)>,
    migrations: Option<i64>,
}

fn wants_core() -> Option<i64> {
    read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().nth(1)?.parse().ok()
}

/// The number in the line that begins with `key`.
fn number_of(path: &str, key: &str) -> Option<i64> {
    let text = read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.trim_start().contains(key))?;
    line[line.find(key)? + key.len()..].split(|sign: char| !sign.is_ascii_digit()).find(|part| !part.is_empty())?.parse().ok()
}

fn migrations() -> Option<i64> {
    number_of("/proc/thread-self/sched", "nr_migrations")
}

/// All that is counted, and the stamp behind it. Whoever is preempted in between has waited by the second reading and not by the
/// first: it shows in the run-queue delay, and then all is read again.
fn read_all() -> (Account, i64) {
    let mut before = wants_core();
    for tried in 1.. {
        let at_ns = now_ns();
        let (on_core_ns, switches) = (on_core_ns(), switches());
        let last_ns = now_ns();
        let wants_core_ns = wants_core();
        if wants_core_ns == before || tried == TRIES {
            return (Account { at_ns, on_core_ns, wants_core_ns, switches, migrations: None }, last_ns);
        }
        before = wants_core_ns;
    }
    unreachable!()
}

pub fn begin() -> Account {
    let migrations = migrations();
    Account { migrations, ..read_all().0 }
}

pub fn close() -> Account {
    let (found, at_ns) = read_all();
    Account { at_ns, migrations: migrations(), ..found }
}

/// A number as JSON; null where it is not counted.
pub fn or_null(number: Option<i64>) -> String {
    number.map_or("null".to_string(), |number| number.to_string())
}

/// The fields of worker_finished that two accounts give, as JSON members.
pub fn between(before: &Account, after: &Account) -> String {
    let grown = |old: Option<i64>, new: Option<i64>| or_null(old.zip(new).map(|(old, new)| new - old));
    let (old, new) = (before.switches, after.switches);
    format!(
        "\"started_ns\":{},\"ended_ns\":{},\"on_core_ns\":{},\"wants_core_ns\":{},\"voluntary_switches\":{},\
         \"involuntary_switches\":{},\"migrations\":{},\"peak_rss_bytes\":{}",
        before.at_ns,
        after.at_ns,
        after.on_core_ns - before.on_core_ns,
        grown(before.wants_core_ns, after.wants_core_ns),
        grown(old.map(|pair| pair.0), new.map(|pair| pair.0)),
        grown(old.map(|pair| pair.1), new.map(|pair| pair.1)),
        grown(before.migrations, after.migrations),
        or_null(number_of("/proc/self/status", "VmHWM:").map(|kib| kib * 1024)),
    )
}

/// The kernel's number of the calling thread; the process's own where there is no /proc.
pub fn thread_id() -> i64 {
    let link = read_link("/proc/thread-self").ok();
    let own = link.and_then(|link| link.file_name()?.to_str()?.parse().ok());
    own.unwrap_or_else(|| i64::from(process::id()))
}

/// When the thread started: field 22 of its stat. The name before it may hold anything.
pub fn start_ticks() -> Option<i64> {
    let text = read_to_string("/proc/thread-self/stat").ok()?;
    text.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// Name the calling thread. (A thread that Rust makes gets its name from its Builder.)
pub fn name_thread(name: &str) {
    let _ = std::fs::write(format!("/proc/self/task/{}/comm", thread_id()), name); // a courtesy
}
