package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// The event wire, as conclab/runner/wire.py describes it: one JSON object a line on the FIFO named by $CONCLAB_EVENTS.

const (
	limit    = 4096 // bytes of a line: PIPE_BUF, so that writes of several threads never mix (pipe(7))
	patience = 2 * time.Second
)

var (
	wire    = -1
	dropped int64
)

type fields map[string]interface{}

// openWire returns whether there is a wire.
func openWire() bool {
	fifo, err := syscall.Open(os.Getenv("CONCLAB_EVENTS"), syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	wire = fifo
	return err == nil
}

func lineOf(kind string, event fields) []byte {
	event["event"], event["at"] = kind, nowNs()
	line, err := json.Marshal(event)
	if err != nil || len(line) >= limit {
		return nil
	}
	return append(line, '\n')
}

// send writes an event that the run needs: it waits up to two seconds for room.
func send(kind string, event fields) {
	line := lineOf(kind, event)
	for began := time.Now(); line != nil; time.Sleep(time.Millisecond) {
		_, err := syscall.Write(wire, line)
		if err != syscall.EAGAIN && err != syscall.EINTR || time.Since(began) > patience {
			return
		}
	}
}

// offer writes an event if there is room; else it counts it as dropped.
func offer(kind string, event fields) {
	line := lineOf(kind, event)
	if line == nil {
		return
	}
	if _, err := syscall.Write(wire, line); err != nil {
		atomic.AddInt64(&dropped, 1)
	}
}

// settle reports what was dropped.
func settle() {
	if count := atomic.SwapInt64(&dropped, 0); count > 0 {
		send("dropped", fields{"count": count})
	}
}

// say is one line of a worker's output.
func say(worker string, format string, values ...interface{}) {
	offer("line", fields{"worker": worker, "stream": "stdout", "text": fmt.Sprintf(format, values...)})
}

func measure(name string, value float64, unit string) {
	send("measure", fields{"worker": nil, "name": name, "value": value, "unit": unit})
}
