// id: go-stacks
// class: memory
// does: nine thousand goroutines with large stacks: a gibibyte that no allocation asked for
// promise: P14 P23
// expect: MEMORY_LIMIT|OK
// unjailed: escape
func deep(n int, b [8192]byte) byte {
	if n == 0 {
		time.Sleep(8 * time.Second)
		return b[0]
	}
	return deep(n-1, b) + b[n%8192]
}

func attack() {
	for i := 0; i < 9000; i++ {
		go deep(13, [8192]byte{1})
	}
	var m runtime.MemStats
	for i := 0; i < 35; i++ {
		time.Sleep(100 * time.Millisecond)
		if runtime.ReadMemStats(&m); m.StackInuse > 1<<30 {
			escaped(m.StackInuse >> 20)
		}
	}
	blocked(m.StackInuse >> 20)
}
