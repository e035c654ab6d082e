// id: go-read-host
// class: fs-read
// does: reads a host file that everyone may read
// promise: P1
// expect: OK
// unjailed: escape
func attack() {
	if text, err := os.ReadFile(canary + "/open"); err == nil {
		escaped(len(text))
	} else {
		blocked(err)
	}
}
