// The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
package main

import (
	"container/heap"
	"container/list"
	"fmt"
	"sort"
)

type Random struct{ state int }

func (r *Random) below(bound int) int {
	r.state = (r.state*75 + 74) % 65537
	return r.state % bound
}

func primes(bound int) (count, last int) {
	composite := make([]bool, bound+1)
	for number := 2; number <= bound; number++ {
		if composite[number] {
			continue
		}
		count, last = count+1, number
		for multiple := number * number; multiple <= bound; multiple += number {
			composite[multiple] = true
		}
	}
	return
}

type counted struct {
	word  string
	count int
}

func words(random *Random, count int) []counted {
	counts := map[string]int{}
	for i := 0; i < count; i++ {
		first, second := random.below(5), random.below(5)
		counts[string([]byte{"abcde"[first], "abcde"[second]})]++
	}
	var all []counted
	for word, n := range counts {
		all = append(all, counted{word, n})
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].count > all[j].count || all[i].count == all[j].count && all[i].word < all[j].word
	})
	return all[:3]
}

type place struct{ soFar, row, column int }
type queue []place

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].soFar < q[j].soFar }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(place)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func matrix(random *Random, size, bound, least int) [][]int {
	rows := make([][]int, size)
	for i := range rows {
		rows[i] = make([]int, size)
		for k := range rows[i] {
			rows[i][k] = random.below(bound) + least
		}
	}
	return rows
}

func shortestPath(random *Random, size int) int {
	cost := matrix(random, size, 9, 1)
	distance := map[[2]int]int{{0, 0}: 0}
	q := &queue{{}}
	for q.Len() > 0 {
		at := heap.Pop(q).(place)
		if at.row == size-1 && at.column == size-1 {
			return at.soFar
		}
		for _, step := range [][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			row, column := at.row+step[0], at.column+step[1]
			if row < 0 || row >= size || column < 0 || column >= size {
				continue
			}
			total := at.soFar + cost[row][column]
			if known, ok := distance[[2]int{row, column}]; !ok || total < known {
				distance[[2]int{row, column}] = total
				heap.Push(q, place{total, row, column})
			}
		}
	}
	return -1
}

func traceOfProduct(random *Random, size int) (trace int) {
	a := matrix(random, size, 10, 0)
	b := matrix(random, size, 10, 0)
	for i := range a {
		for k := range b {
			trace += a[i][k] * b[k][i]
		}
	}
	return
}

type Shape interface{ area() float64 }
type Rectangle struct{ width, height int }
type Circle struct{ radius int }

func (r Rectangle) area() float64 { return float64(r.width * r.height) }
func (c Circle) area() float64    { return 3.14159 * float64(c.radius) * float64(c.radius) }

func totalArea(random *Random, count int) (total float64) {
	for i := 0; i < count; i++ {
		kind, a, b := random.below(2), random.below(10)+1, random.below(10)+1
		var shape Shape = Circle{a}
		if kind == 0 {
			shape = Rectangle{a, b}
		}
		total += shape.area()
	}
	return
}

func cacheHits(random *Random, capacity, accesses int) (hits int) {
	order, entries := list.New(), map[int]*list.Element{}
	for i := 0; i < accesses; i++ {
		key := random.below(16)
		if entry, ok := entries[key]; ok {
			hits++
			order.MoveToBack(entry)
			continue
		}
		entries[key] = order.PushBack(key)
		if order.Len() > capacity {
			delete(entries, order.Remove(order.Front()).(int))
		}
	}
	return
}

func main() {
	random := &Random{42}
	count, last := primes(20000)
	fmt.Println("primes", count, last)
	fmt.Print("words")
	for _, entry := range words(random, 500) {
		fmt.Printf(" %s:%d", entry.word, entry.count)
	}
	fmt.Println("\npath", shortestPath(random, 24))
	fmt.Println("trace", traceOfProduct(random, 32))
	fmt.Printf("area %.3f\n", totalArea(random, 20))
	fmt.Println("hits", cacheHits(random, 8, 200))
}
