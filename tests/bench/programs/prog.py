# The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
import heapq
from collections import Counter, OrderedDict
from dataclasses import dataclass


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 75 + 74) % 65537
        return self.state % bound


def primes(bound):
    composite = bytearray(bound + 1)
    count, last = 0, 0
    for number in range(2, bound + 1):
        if composite[number]:
            continue
        count, last = count + 1, number
        for multiple in range(number * number, bound + 1, number):
            composite[multiple] = 1
    return count, last


def words(random, count):
    letters = "abcde"
    counts = Counter(letters[random.below(5)] + letters[random.below(5)] for _ in range(count))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]


def shortest_path(random, size):
    cost = [[random.below(9) + 1 for _ in range(size)] for _ in range(size)]
    distance = {(0, 0): 0}
    queue = [(0, 0, 0)]
    while queue:
        so_far, row, column = heapq.heappop(queue)
        if (row, column) == (size - 1, size - 1):
            return so_far
        if so_far > distance[(row, column)]:
            continue
        for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            place = (row + down, column + right)
            if not (0 <= place[0] < size and 0 <= place[1] < size):
                continue
            total = so_far + cost[place[0]][place[1]]
            if total < distance.get(place, 1 << 30):
                distance[place] = total
                heapq.heappush(queue, (total, *place))
    return -1


def trace_of_product(random, size):
    a = [[random.below(10) for _ in range(size)] for _ in range(size)]
    b = [[random.below(10) for _ in range(size)] for _ in range(size)]
    return sum(a[i][k] * b[k][i] for i in range(size) for k in range(size))


@dataclass
class Rectangle:
    width: int
    height: int

    def area(self):
        return float(self.width * self.height)


@dataclass
class Circle:
    radius: int

    def area(self):
        return 3.14159 * self.radius * self.radius


def total_area(random, count):
    total = 0.0
    for _ in range(count):
        kind, a, b = random.below(2), random.below(10) + 1, random.below(10) + 1
        total += (Rectangle(a, b) if kind == 0 else Circle(a)).area()
    return total


def cache_hits(random, capacity, accesses):
    cache = OrderedDict()
    hits = 0
    for _ in range(accesses):
        key = random.below(16)
        if key in cache:
            hits += 1
            cache.move_to_end(key)
            continue
        cache[key] = True
        if len(cache) > capacity:
            cache.popitem(last=False)
    return hits


random = Random(42)
print("primes", *primes(20000))
print("words", *(f"{word}:{count}" for word, count in words(random, 500)))
print("path", shortest_path(random, 24))
print("trace", trace_of_product(random, 32))
print(f"area {total_area(random, 20):.3f}")
print("hits", cache_hits(random, 8, 200))
