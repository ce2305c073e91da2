package main

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// work is what one task does; it returns the task's result.
type work func(worker string, index int) interface{}

// works by name. conclab/runner/workloads has the same in Python, under the same names.
var works = map[string]work{"primes": primes, "greeting": greet, "unawaited": unawaited, "crowd": crowd}

// countBelow is the loop of conclab/runner/workloads/primes.py.
func countBelow(limit int) int {
	count := 0
	if limit > 2 {
		count = 1
	}
	for candidate := 3; candidate < limit; candidate += 2 {
		divisor := 3
		for divisor*divisor <= candidate && candidate%divisor != 0 {
			divisor += 2
		}
		if divisor*divisor > candidate {
			count++
		}
	}
	return count
}

func primes(worker string, _ int) interface{} {
	count := countBelow(number("size"))
	say(worker, "%d primes below %d", count, number("size"))
	return count
}

// pause is half to one and a half times the size, drawn from the seed: who finishes first is not who started first.
func pause(index int) time.Duration {
	share := 0.5 + rand.New(rand.NewSource(int64(number("seed")*1009+index))).Float64()
	return time.Duration(float64(number("size")) * share * float64(time.Millisecond))
}

func greet(worker string, index int) interface{} {
	say(worker, "worker %d started", index+1)
	time.Sleep(pause(index))
	say(worker, "worker %d finished", index+1)
	return []int{index + 1}
}

// unawaited runs this program once more, as one that starts goroutines and ends without waiting, and counts their last words.
func unawaited(worker string, _ int) interface{} {
	child := exec.Command(os.Args[0], "inner=1", fmt.Sprintf("size=%d", number("size")), fmt.Sprintf("several=%d", number("several")))
	dieWithUs(child)
	output, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		fail(err.Error())
	}
	said := map[string]int{}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		words := strings.Fields(lines.Text())
		said[words[len(words)-1]]++
		say(worker, "%s", lines.Text())
	}
	child.Wait()
	measure("started", float64(said["started"]), "workers")
	measure("finished", float64(said["finished"]), "workers")
	return said["finished"]
}

// endWithoutWaiting is the other side of unawaited.
func endWithoutWaiting() {
	var there sync.WaitGroup
	for index := 0; index < number("several"); index++ {
		there.Add(1)
		go func(index int) {
			os.Stdout.WriteString(fmt.Sprintf("worker %d started\n", index+1))
			there.Done()
			time.Sleep(time.Duration(number("size")) * time.Millisecond)
			os.Stdout.WriteString(fmt.Sprintf("worker %d finished\n", index+1))
		}(index)
	}
	there.Wait() // for their start, and not for their end
	fmt.Println("main ends")
}

// crowd starts many goroutines that are all alive at once, and counts the kernel threads then; each notes when it began.
func crowd(worker string, _ int) interface{} {
	many := number("size")
	var there, ended sync.WaitGroup
	there.Add(many)
	ended.Add(many)
	begun, leave := make([]int64, many), make(chan struct{})
	var place int64
	before := len(kernelThreads())
	for index := 0; index < many; index++ {
		go func(index int) {
			begun[index] = atomic.AddInt64(&place, 1)
			there.Done()
			<-leave
			ended.Done()
		}(index)
	}
	there.Wait()
	during := len(kernelThreads())
	close(leave)
	ended.Wait()
	inOrder, order := 0, fnv.New32()
	for index, place := range begun {
		if index > 0 && place > begun[index-1] {
			inOrder++
		}
		fmt.Fprintln(order, place)
	}
	measure("alive", float64(many), "workers")
	if during > 0 {
		measure("tasks_before", float64(before), "tasks")
		measure("tasks_during", float64(during), "tasks")
	}
	measure("in_order", float64(inOrder), "workers")
	measure("order", float64(order.Sum32()), "")
	say(worker, "%d alive at once (goroutine); the kernel knows %d tasks, %d before", many, during, before)
	return many
}
