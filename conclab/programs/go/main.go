// The work of conclab in Go, in goroutines: counting primes, greeting, ending without waiting, and a crowd of them.
//
// The arguments are words of the form name=value, as conclab/lab/programs.py makes them of a spec (conclab/runner/job.py says what
// each means). Exit status 0: done; 1: it failed; 2: it cannot be done here.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

var words = map[string]string{}

// number is the value of a word; 0 when it is not there.
func number(name string) int {
	value, _ := strconv.Atoi(words[name])
	return value
}

func end(status int, reason string) {
	send("failed", fields{"worker": nil, "reason": reason})
	os.Exit(status)
}

func fail(reason string) { end(1, reason) }

// live is a worker's life: work through the share and tell the result. The kernel does not know it, so only its stamps are told.
func live(place int, task work) []interface{} {
	worker := fmt.Sprintf("w%d", place+1)
	var results []interface{}
	startedNs := nowNs()
	for index := place; index < number("tasks"); index += number("workers") {
		announce()
		began := nowNs()
		results = append(results, task(worker, index))
		offer("task_finished", fields{"worker": worker, "index": index, "elapsed_ns": nowNs() - began})
	}
	endedNs := nowNs()
	settle()
	send("worker_finished", fields{"worker": worker, "pid": os.Getpid(), "tid": threadID(), "shares_task": true,
		"started_ns": startedNs, "ended_ns": endedNs, "on_core_ns": nil, "wants_core_ns": nil, "voluntary_switches": nil,
		"involuntary_switches": nil, "migrations": nil, "peak_rss_bytes": nil, "result": combine(results)})
	return results
}

// combine adds numbers up and puts lists in order; the order of its input does not matter.
func combine(results []interface{}) interface{} {
	sum, numbers := 0, map[int]bool{}
	for _, result := range results {
		switch found := result.(type) {
		case int:
			sum += found
		case []int:
			for _, one := range found {
				numbers[one] = true
			}
		}
	}
	if len(numbers) == 0 {
		return sum
	}
	list := []int{}
	for one := 0; len(list) < len(numbers); one++ {
		if numbers[one] {
			list = append(list, one)
		}
	}
	return list
}

func run(task work) {
	before, startedNs := accounts(), nowNs()
	var all sync.WaitGroup
	results := make([][]interface{}, number("workers"))
	for place := range results {
		all.Add(1)
		go func(place int) {
			defer all.Done()
			results[place] = live(place, task)
		}(place)
	}
	all.Wait()
	wallNs := nowNs() - startedNs
	giveAccount(before, startedNs, startedNs+wallNs)
	var together []interface{}
	for _, share := range results {
		together = append(together, share...)
	}
	send("finished", fields{"started_ns": startedNs, "wall_ns": wallNs, "result": combine(together)})
}

func main() {
	for _, word := range os.Args[1:] {
		if name, value, ok := strings.Cut(word, "="); ok {
			words[name] = value
		}
	}
	if number("inner") != 0 {
		endWithoutWaiting()
		return
	}
	if !openWire() {
		os.Exit(2)
	}
	task, known := works[words["workload"]]
	if !known {
		end(2, "there is no such work in Go")
	}
	if words["executor"] != "goroutines" {
		end(2, "Go has goroutines only")
	}
	send("probe", fields{"pid": os.Getpid(), "implementation": "go", "version": strings.TrimPrefix(runtime.Version(), "go"), "gil_enabled": nil})
	if number("check_only") == 0 {
		run(task)
	}
}
