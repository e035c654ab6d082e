// id: go-namespace
// class: privilege
// does: asks for a user namespace of its own, by clone with flags
// promise: P9
// expect: OK|NONZERO_EXIT
// unjailed: any
func attack() {
	child := exec.Command("/bin/true")
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS}
	if err := child.Run(); err == nil {
		escaped("a namespace")
	} else {
		blocked(err)
	}
}
