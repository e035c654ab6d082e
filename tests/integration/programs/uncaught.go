package main

func main() {
	panic("nobody catches this")
}
