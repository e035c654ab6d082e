// id: go-daemon
// class: leftover
// does: starts a child in a session of its own that outlives main
// promise: P19 P21
// expect: OK
// unjailed: host
func attack() {
	child := exec.Command("/bin/sleep", "18")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		blocked(err)
	}
	blocked("see the host's checks")
}
