package main

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// The kernel threads that carry the goroutines (Go's own word for one is M, machine), and what the kernel counts of each. A goroutine
// has no counters: the kernel does not know it.

type account struct {
	onCore, wantsCore, voluntary, involuntary int64
}

// kernelThreads are the numbers of this process's threads; none where there is no /proc.
func kernelThreads() []int {
	entries, _ := os.ReadDir("/proc/self/task")
	var found []int
	for _, entry := range entries {
		if number, err := strconv.Atoi(entry.Name()); err == nil {
			found = append(found, number)
		}
	}
	sort.Ints(found)
	return found
}

var switches = regexp.MustCompile(`(?m)^(non)?voluntary_ctxt_switches:\s*(\d+)`)

// accounts of all kernel threads of this process, by their numbers.
func accounts() map[int]account {
	found := map[int]account{}
	for _, thread := range kernelThreads() {
		folder := fmt.Sprintf("/proc/self/task/%d/", thread)
		counted, err := os.ReadFile(folder + "schedstat")
		status, _ := os.ReadFile(folder + "status")
		if err != nil {
			continue
		}
		var one account
		fmt.Sscan(string(counted), &one.onCore, &one.wantsCore)
		for _, match := range switches.FindAllStringSubmatch(string(status), -1) {
			count, _ := strconv.ParseInt(match[2], 10, 64)
			if match[1] == "" {
				one.voluntary = count
			} else {
				one.involuntary = count
			}
		}
		found[thread] = one
	}
	return found
}

// startTicks is field 22 of a thread's stat; nil where it cannot be had.
func startTicks(thread int) interface{} {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/stat", thread))
	if err != nil {
		return nil
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	ticks, _ := strconv.ParseInt(fields[19], 10, 64)
	return ticks
}

// peakBytes is VmHWM of this process; nil where it cannot be had.
func peakBytes() interface{} {
	text, _ := os.ReadFile("/proc/self/status")
	match := regexp.MustCompile(`VmHWM:\s*(\d+)`).FindSubmatch(text)
	if match == nil {
		return nil
	}
	kibibytes, _ := strconv.ParseInt(string(match[1]), 10, 64)
	return kibibytes * 1024
}

var (
	naming sync.Mutex
	names  = map[int]string{}
)

// announce the kernel thread that the calling goroutine is on, if nobody has yet. Go moves goroutines as it likes, so it may be on
// another one right after; all threads give account in the end.
func announce() {
	thread := threadID()
	naming.Lock()
	defer naming.Unlock()
	if names[thread] != "" {
		return
	}
	name := fmt.Sprintf("m%d", len(names)+1)
	names[thread] = name
	os.WriteFile(fmt.Sprintf("/proc/self/task/%d/comm", thread), []byte(name), 0) // a courtesy
	send("carrier_started", fields{"carrier": name, "pid": os.Getpid(), "tid": thread, "start_ticks": startTicks(thread)})
}

// giveAccount tells what each kernel thread did since `before`. Those that were not announced and did nothing are left out.
func giveAccount(before map[int]account, startedNs, endedNs int64) {
	after := accounts()
	if len(after) == 0 { // no /proc: what is not counted is null
		send("carrier_finished", fields{"carrier": "m", "pid": os.Getpid(), "tid": os.Getpid(), "started_ns": startedNs,
			"ended_ns": endedNs, "on_core_ns": nil, "wants_core_ns": nil, "voluntary_switches": nil, "involuntary_switches": nil,
			"migrations": nil, "peak_rss_bytes": nil})
	}
	for thread, last := range after {
		first := before[thread] // of a new thread all counts
		name, announced := names[thread]
		if !announced && last == first {
			continue
		}
		if !announced {
			name = fmt.Sprintf("m-%d", thread)
		}
		send("carrier_finished", fields{"carrier": name, "pid": os.Getpid(), "tid": thread, "started_ns": startedNs,
			"ended_ns": endedNs, "on_core_ns": last.onCore - first.onCore, "wants_core_ns": last.wantsCore - first.wantsCore,
			"voluntary_switches":   last.voluntary - first.voluntary,
			"involuntary_switches": last.involuntary - first.involuntary, "migrations": nil, "peak_rss_bytes": peakBytes()})
	}
}
