//! The event wire, as conclab/runner/wire.py describes it: one JSON object a line on the FIFO named by $CONCLAB_EVENTS.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::system::{now_ns, NONBLOCK};

const LIMIT: usize = 4096; // bytes of a line: PIPE_BUF, so that writes of several threads never mix (pipe(7))
const PATIENCE_NS: i64 = 2_000_000_000;

pub struct Wire {
    fifo: File,
    dropped: AtomicU64,
}

impl Wire {
    /// None where there is no wire.
    pub fn open() -> Option<Wire> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = env::var_os("CONCLAB_EVENTS")?;
        let fifo = OpenOptions::new().write(true).custom_flags(NONBLOCK).open(path).ok()?;
        Some(Wire { fifo, dropped: AtomicU64::new(0) })
    }

    /// Write an event that the run needs: wait up to two seconds for room. `body`: what follows event and at.
    pub fn send(&self, kind: &str, body: &str) {
        let deadline = now_ns() + PATIENCE_NS;
        while self.try_to(kind, body) == Err(ErrorKind::WouldBlock) && now_ns() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Write an event if there is room; else count it as dropped.
    pub fn offer(&self, kind: &str, body: &str) {
        if self.try_to(kind, body).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Report what was dropped.
    pub fn settle(&self) {
        let count = self.dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            self.send("dropped", &format!("\"count\":{count}"));
        }
    }

    fn try_to(&self, kind: &str, body: &str) -> Result<(), ErrorKind> {
        let line = format!("{{\"event\":\"{kind}\",\"at\":{},{body}}}\n", now_ns());
        if line.len() > LIMIT {
            return Err(ErrorKind::InvalidInput);
        }
        // One write: the pipe takes such a line whole or not at all.
        (&self.fifo).write(line.as_bytes()).map(|_| ()).map_err(|error| error.kind())
    }
}
