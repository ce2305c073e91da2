package main

import (
	"os/exec"
	"syscall"
	"unsafe"
)

const clockMonotonic = 1

// nowNs is CLOCK_MONOTONIC in nanoseconds, the clock of all stamps on the wire; Go's own clock has another origin.
func nowNs() int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func threadID() int { return syscall.Gettid() }

// dieWithUs lets the kernel kill the command's process when we die.
func dieWithUs(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
