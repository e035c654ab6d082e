package main

func main() {
	var nowhere *int
	*nowhere = 1
}
