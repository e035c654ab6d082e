// id: go-embed-host
// class: compile
// does: embeds a host file into its program
// promise: P1 P28
// phase: compile
// expect: COMPILE_ERROR
// unjailed: any
package main

import _ "embed"

//go:embed ../../../../../../../../var/tmp/jailrun-canary/open
var secret string

func main() { println("ESCAPE " + secret) }
