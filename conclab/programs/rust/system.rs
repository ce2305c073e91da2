//! What Rust's library does not ask of the system: clocks, the counters of a thread, its core. As libc declares them.

use std::os::raw::c_long;

#[repr(C)]
struct Timespec {
    seconds: c_long,
    nanoseconds: c_long,
}

/// struct rusage: two times of two words each, then 14 counters.
#[repr(C)]
struct Usage {
    times: [c_long; 4],
    counters: [c_long; 14],
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    #[cfg(target_os = "linux")]
    fn getrusage(who: i32, usage: *mut Usage) -> i32;
    #[cfg(target_os = "linux")]
    fn sched_setaffinity(pid: i32, size: usize, mask: *const u8) -> i32;
}

#[cfg(target_os = "linux")]
mod number {
    pub const MONOTONIC: i32 = 1;
    pub const THREAD_CPUTIME: i32 = 3;
    pub const NONBLOCK: i32 = 0o4000;
}
#[cfg(not(target_os = "linux"))]
mod number {
    pub const MONOTONIC: i32 = 6;
    pub const THREAD_CPUTIME: i32 = 16;
    pub const NONBLOCK: i32 = 4;
}

pub use number::NONBLOCK;

fn clock(which: i32) -> i64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(which, &mut now) };
    now.seconds as i64 * 1_000_000_000 + now.nanoseconds as i64
}

/// CLOCK_MONOTONIC, nanoseconds.
pub fn now_ns() -> i64 {
    clock(number::MONOTONIC)
}

/// Time of the calling thread on a core.
pub fn on_core_ns() -> i64 {
    clock(number::THREAD_CPUTIME)
}

/// Voluntary and involuntary switches of the calling thread (RUSAGE_THREAD is 1, getrusage(2)).
#[cfg(target_os = "linux")]
pub fn switches() -> Option<(i64, i64)> {
    let mut usage = Usage { times: [0; 4], counters: [0; 14] };
    let answer = unsafe { getrusage(1, &mut usage) };
    (answer == 0).then(|| (usage.counters[12] as i64, usage.counters[13] as i64))
}

#[cfg(not(target_os = "linux"))]
pub fn switches() -> Option<(i64, i64)> {
    None
}

/// Let the calling thread and all that it starts run on this core only; whether that could be done.
#[cfg(target_os = "linux")]
pub fn pin(core: usize) -> bool {
    let mut mask = [0u8; 128]; // cpu_set_t: 1,024 cores
    match mask.get_mut(core / 8) {
        Some(byte) => *byte |= 1 << (core % 8),
        None => return false,
    }
    unsafe { sched_setaffinity(0, mask.len(), mask.as_ptr()) == 0 }
}

#[cfg(not(target_os = "linux"))]
pub fn pin(_core: usize) -> bool {
    false
}
