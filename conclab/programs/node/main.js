// The work of conclab in JavaScript, for Node: counting primes, one worker after another on the only thread that runs JavaScript.
//
// The arguments are words of the form name=value, as conclab/lab/programs.py makes them of a spec (conclab/runner/job.py says what
// each means). Events go to the FIFO named by $CONCLAB_EVENTS (conclab/runner/wire.py is their contract). Exit status 0: done; 2: it
// cannot be done here.
"use strict";

const fs = require("node:fs");

const PATIENCE_NS = 2_000_000_000;
const words = Object.fromEntries(process.argv.slice(2).map((word) => word.split("=", 2)));
const number = (name) => Number(words[name] ?? 0);

let wire;
try {
  wire = fs.openSync(process.env.CONCLAB_EVENTS ?? "", fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
} catch {
  process.exit(2);
}

/** CLOCK_MONOTONIC in nanoseconds; a JavaScript number is exact up to 2^53, which is 104 days of them and so not enough. */
const now = () => process.hrtime.bigint();

/** An event as a line; a bigint is written as the number that it is. */
function line(kind, fields) {
  const event = { event: kind, at: now(), ...fields };
  const members = Object.entries(event).map(([name, value]) => {
    return `${JSON.stringify(name)}:${typeof value === "bigint" ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(",")}}\n`;
}

/** Write an event; wait up to two seconds for room. A lab that is gone is no reason to fail. */
function tell(kind, fields) {
  const text = line(kind, fields);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const began = now(); now() - began < PATIENCE_NS; Atomics.wait(pause, 0, 0, 1)) {
    try {
      fs.writeSync(wire, text);
      return;
    } catch (error) {
      if (error.code !== "EAGAIN") return;
    }
  }
}

/** A file of /proc; empty where it cannot be read. */
function read(path) {
  try {
    return fs.readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** The number that an expression finds in a file; null where it does not. */
function found(path, expression) {
  const match = expression.exec(read(path));
  return match ? Number(match[1]) : null;
}

/** What the kernel has counted of the thread that runs JavaScript. On-core time is good to a scheduler's tick, a few milliseconds. */
function account() {
  const status = "/proc/thread-self/status";
  return {
    on_core_ns: found("/proc/thread-self/schedstat", /^(\d+)/),
    wants_core_ns: found("/proc/thread-self/schedstat", /^\d+ (\d+)/),
    voluntary_switches: found(status, /^voluntary_ctxt_switches:\s*(\d+)/m),
    involuntary_switches: found(status, /^nonvoluntary_ctxt_switches:\s*(\d+)/m),
    migrations: found("/proc/thread-self/sched", /nr_migrations\s*:\s*(\d+)/),
  };
}

/** The loop of conclab/runner/workloads/primes.py. */
function countBelow(limit) {
  let count = limit > 2 ? 1 : 0;
  for (let candidate = 3; candidate < limit; candidate += 2) {
    let divisor = 3;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 2;
    if (divisor * divisor > candidate) count += 1;
  }
  return count;
}

/** A worker's life: announce, work through the share, give account. Returns the result. */
function live(place) {
  const worker = `w${place + 1}`;
  const who = { worker, pid: process.pid, tid: process.pid, shares_task: false };
  try {
    fs.writeFileSync(`/proc/self/task/${process.pid}/comm`, worker);
  } catch {
    // The name is a courtesy.
  }
  const ticks = read("/proc/thread-self/stat").split(")").at(-1).split(" ")[20];
  tell("worker_started", { ...who, start_ticks: ticks === undefined ? null : Number(ticks) });
  const started = now();
  const before = account();
  let result = 0;
  for (let index = place; index < number("tasks"); index += number("workers")) {
    const began = now();
    const count = countBelow(number("size"));
    result += count;
    tell("line", { worker, stream: "stdout", text: `${count} primes below ${number("size")}` });
    tell("task_finished", { worker, index, elapsed_ns: now() - began });
  }
  const after = account();
  const ended = now();
  const grown = Object.fromEntries(Object.entries(after).map(([name, last]) => [name, last === null ? null : last - before[name]]));
  const peak = found("/proc/self/status", /VmHWM:\s*(\d+)/);
  tell("worker_finished", {
    ...who, ...grown, started_ns: started, ended_ns: ended, peak_rss_bytes: peak === null ? null : peak * 1024, result,
  });
  return result;
}

function main() {
  if (words.executor !== "sequential" || words.workload !== "primes") {
    tell("failed", { worker: null, reason: "the program for Node counts primes on one thread and does nothing else" });
    return 2;
  }
  tell("probe", { pid: process.pid, implementation: "node", version: process.versions.node, gil_enabled: null });
  if (number("check_only")) return 0;
  const started = now();
  let result = 0;
  for (let place = 0; place < number("workers"); place += 1) result += live(place);
  tell("finished", { started_ns: started, wall_ns: now() - started, result });
  return 0;
}

process.exitCode = main();
