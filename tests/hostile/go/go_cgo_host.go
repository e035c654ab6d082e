// id: go-cgo-host
// class: compile
// does: a preamble in C that includes a host file, whose text the compiler then quotes
// promise: P1 P28 P29
// phase: compile
// expect: COMPILE_ERROR
// unjailed: host
package main

/*
#include "/var/tmp/jailrun-canary/open"
*/
import "C"

func main() { C.abort() }
