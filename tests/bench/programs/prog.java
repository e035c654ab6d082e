// The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
import java.util.*;
import java.util.stream.*;

public class Main {
    static final class Random {
        private int state;
        Random(int seed) { state = seed; }
        int below(int bound) {
            state = (state * 75 + 74) % 65537;
            return state % bound;
        }
    }

    static int[] primes(int bound) {
        boolean[] composite = new boolean[bound + 1];
        int count = 0, last = 0;
        for (int number = 2; number <= bound; number++) {
            if (composite[number]) continue;
            count++;
            last = number;
            for (int multiple = number * number; multiple > 0 && multiple <= bound; multiple += number) composite[multiple] = true;
        }
        return new int[] {count, last};
    }

    static List<Map.Entry<String, Integer>> words(Random random, int count) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < count; i++) {
            char first = "abcde".charAt(random.below(5)), second = "abcde".charAt(random.below(5));
            counts.merge("" + first + second, 1, Integer::sum);
        }
        return counts.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
            .limit(3).collect(Collectors.toList());
    }

    record Place(int soFar, int row, int column) {}

    static int[][] matrix(Random random, int size, int bound, int least) {
        int[][] rows = new int[size][size];
        for (int[] row : rows) for (int k = 0; k < size; k++) row[k] = random.below(bound) + least;
        return rows;
    }

    static int shortestPath(Random random, int size) {
        int[][] cost = matrix(random, size, 9, 1);
        int[][] distance = new int[size][size];
        for (int[] row : distance) Arrays.fill(row, Integer.MAX_VALUE);
        PriorityQueue<Place> queue = new PriorityQueue<>(Comparator.comparingInt(Place::soFar));
        queue.add(new Place(0, 0, 0));
        distance[0][0] = 0;
        int[][] steps = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        while (!queue.isEmpty()) {
            Place at = queue.poll();
            if (at.row() == size - 1 && at.column() == size - 1) return at.soFar();
            for (int[] step : steps) {
                int row = at.row() + step[0], column = at.column() + step[1];
                if (row < 0 || row >= size || column < 0 || column >= size) continue;
                int total = at.soFar() + cost[row][column];
                if (total >= distance[row][column]) continue;
                distance[row][column] = total;
                queue.add(new Place(total, row, column));
            }
        }
        return -1;
    }

    static int traceOfProduct(Random random, int size) {
        int[][] a = matrix(random, size, 10, 0), b = matrix(random, size, 10, 0);
        int trace = 0;
        for (int i = 0; i < size; i++) for (int k = 0; k < size; k++) trace += a[i][k] * b[k][i];
        return trace;
    }

    interface Shape { double area(); }
    record Rectangle(int width, int height) implements Shape {
        public double area() { return width * height; }
    }
    record Circle(int radius) implements Shape {
        public double area() { return 3.14159 * radius * radius; }
    }

    static double totalArea(Random random, int count) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            int kind = random.below(2), a = random.below(10) + 1, b = random.below(10) + 1;
            Shape shape = kind == 0 ? new Rectangle(a, b) : new Circle(a);
            total += shape.area();
        }
        return total;
    }

    static int cacheHits(Random random, int capacity, int accesses) {
        Map<Integer, Boolean> cache = new LinkedHashMap<>(16, 0.75f, true) {
            @Override protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) { return size() > capacity; }
        };
        int hits = 0;
        for (int i = 0; i < accesses; i++) {
            int key = random.below(16);
            if (cache.get(key) != null) hits++;
            else cache.put(key, true);
        }
        return hits;
    }

    public static void main(String[] args) {
        Random random = new Random(42);
        int[] found = primes(20000);
        System.out.println("primes " + found[0] + " " + found[1]);
        System.out.println("words " + words(random, 500).stream().map(e -> e.getKey() + ":" + e.getValue()).collect(Collectors.joining(" ")));
        System.out.println("path " + shortestPath(random, 24));
        System.out.println("trace " + traceOfProduct(random, 32));
        System.out.printf("area %.3f%n", totalArea(random, 20));
        System.out.println("hits " + cacheHits(random, 8, 200));
    }
}
