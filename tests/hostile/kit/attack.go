// Put in front of every Go payload by the runner; see attack.py. main() and the imports are the kit's: a payload
// defines `func attack()`.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const canary = "/var/tmp/jailrun-canary"

var _, _, _, _, _ = net.Dial, exec.Command, runtime.NumGoroutine, strings.Contains, syscall.Getpid

func escaped(what interface{}) { fmt.Println("ESCAPE", what); os.Exit(0) }
func blocked(why interface{})  { fmt.Println("BLOCKED", why); os.Exit(0) }

func main() {
	time.AfterFunc(20*time.Second, func() { os.Exit(9) })
	fmt.Println("START @ID@")
	attack()
}

