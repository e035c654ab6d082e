// The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
class Random {
  constructor(private state: number) {}
  below(bound: number): number {
    this.state = (this.state * 75 + 74) % 65537;
    return this.state % bound;
  }
}

function primes(bound: number): [number, number] {
  const composite = new Uint8Array(bound + 1);
  let count = 0;
  let last = 0;
  for (let number = 2; number <= bound; number++) {
    if (composite[number]) continue;
    count++;
    last = number;
    for (let multiple = number * number; multiple <= bound; multiple += number) composite[multiple] = 1;
  }
  return [count, last];
}

function words(random: Random, count: number): [string, number][] {
  const letters = "abcde";
  const counts = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const word = letters.charAt(random.below(5)) + letters.charAt(random.below(5));
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.slice(0, 3);
}

interface Place {
  soFar: number;
  row: number;
  column: number;
}

function shortestPath(random: Random, size: number): number {
  const cost: number[][] = [];
  for (let row = 0; row < size; row++) cost.push(Array.from({ length: size }, () => random.below(9) + 1));
  const distance = cost.map((row) => row.map(() => Infinity));
  distance[0]![0] = 0;
  const queue: Place[] = [{ soFar: 0, row: 0, column: 0 }];
  while (queue.length > 0) {
    queue.sort((a, b) => b.soFar - a.soFar);
    const { soFar, row, column } = queue.pop()!;
    if (row === size - 1 && column === size - 1) return soFar;
    if (soFar > distance[row]![column]!) continue;
    for (const [down, right] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      const next = { row: row + down, column: column + right };
      const step = cost[next.row]?.[next.column];
      if (step === undefined || soFar + step >= distance[next.row]![next.column]!) continue;
      distance[next.row]![next.column] = soFar + step;
      queue.push({ soFar: soFar + step, ...next });
    }
  }
  return -1;
}

function traceOfProduct(random: Random, size: number): number {
  const matrix = () => Array.from({ length: size }, () => Array.from({ length: size }, () => random.below(10)));
  const [a, b] = [matrix(), matrix()];
  let trace = 0;
  for (let i = 0; i < size; i++) for (let k = 0; k < size; k++) trace += a[i]![k]! * b[k]![i]!;
  return trace;
}

interface Shape {
  area(): number;
}
class Rectangle implements Shape {
  constructor(private width: number, private height: number) {}
  area(): number {
    return this.width * this.height;
  }
}
class Circle implements Shape {
  constructor(private radius: number) {}
  area(): number {
    return 3.14159 * this.radius * this.radius;
  }
}

function totalArea(random: Random, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const [kind, a, b] = [random.below(2), random.below(10) + 1, random.below(10) + 1];
    const shape: Shape = kind === 0 ? new Rectangle(a, b) : new Circle(a);
    total += shape.area();
  }
  return total;
}

function cacheHits(random: Random, capacity: number, accesses: number): number {
  const cache = new Set<number>();
  let hits = 0;
  for (let i = 0; i < accesses; i++) {
    const key = random.below(16);
    if (cache.delete(key)) hits++;
    cache.add(key);
    if (cache.size > capacity) cache.delete(cache.values().next().value!);
  }
  return hits;
}

const random = new Random(42);
console.log("primes", ...primes(20000));
console.log("words", ...words(random, 500).map(([word, count]) => `${word}:${count}`));
console.log("path", shortestPath(random, 24));
console.log("trace", traceOfProduct(random, 32));
console.log("area", totalArea(random, 20).toFixed(3));
console.log("hits", cacheHits(random, 8, 200));
