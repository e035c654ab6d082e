import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Scanner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A little of all that programs do, so that the archive has what javac loads for it. It is compiled, and must run. */
public class Training {
  interface Shape {
    double area();

    default String name() {
      return getClass().getSimpleName();
    }
  }

  record Circle(double radius) implements Shape {
    public double area() {
      return Math.PI * radius * radius;
    }
  }

  sealed interface Tree<T extends Comparable<T>> permits Leaf, Node {}

  record Leaf<T extends Comparable<T>>() implements Tree<T> {}

  record Node<T extends Comparable<T>>(Tree<T> left, T value, Tree<T> right) implements Tree<T> {}

  enum Level {
    LOW {
      int weight() {
        return 1;
      }
    },
    HIGH {
      int weight() {
        return 2;
      }
    };

    abstract int weight();
  }

  static class Failure extends Exception {
    Failure(String what, Throwable why) {
      super(what, why);
    }
  }

  private static <T extends Comparable<T>> Tree<T> insert(Tree<T> tree, T value) {
    if (tree instanceof Node<T> node) {
      return value.compareTo(node.value()) < 0
          ? new Node<>(insert(node.left(), value), node.value(), node.right())
          : new Node<>(node.left(), node.value(), insert(node.right(), value));
    }
    return new Node<>(new Leaf<>(), value, new Leaf<>());
  }

  private static int read(String text) throws Failure {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in))) {
      return Integer.parseInt(text) + (reader.ready() ? 1 : 0);
    } catch (NumberFormatException | IOException e) {
      throw new Failure("no number", e);
    } finally {
      System.out.flush();
    }
  }

  public static void main(String[] args) throws Exception {
    Map<String, List<Integer>> groups = new HashMap<>();
    for (int i = 0; i < 10; i++) groups.computeIfAbsent(i % 2 == 0 ? "even" : "odd", k -> new ArrayList<>()).add(i);
    var sums = groups.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().stream().mapToInt(Integer::intValue).sum()));
    Tree<Integer> tree = new Leaf<>();
    for (int value : new int[] {3, 1, 2}) tree = insert(tree, value);
    Deque<int[]> queue = new ArrayDeque<>(Collections.singletonList(new int[] {1, 2}));
    PriorityQueue<Shape> shapes = new PriorityQueue<>((a, b) -> Double.compare(a.area(), b.area()));
    shapes.add(new Circle(2));
    long[][] table = new long[3][4];
    Arrays.stream(table).forEach(row -> Arrays.fill(row, 7L));
    ExecutorService pool = Executors.newFixedThreadPool(2);
    Future<Integer> later = pool.submit(() -> IntStream.range(0, 5).map(x -> x * x).sum());
    Runnable hook = new Runnable() {
      @Override
      public void run() {
        synchronized (Training.class) {
          queue.pop();
        }
      }
    };
    hook.run();
    Function<Integer, String> words = n -> switch (n % 3) {
      case 0 -> "none";
      case 1 -> "one";
      default -> {
        String more = "more";
        yield more + n;
      }
    };
    Optional<String> first = Optional.of("x").filter(s -> !s.isEmpty()).map(String::toUpperCase);
    StringBuilder text = new StringBuilder();
    outer:
    for (Level level : Level.values()) {
      for (int i = 0; ; i++) {
        if (i > level.weight()) continue outer;
        text.append((char) ('a' + i)).append(i >>> 1).append(0.5f * i);
      }
    }
    String block = """
        several
        lines""";
    try {
      read(args.length > 0 ? args[0] : "seven");
    } catch (Failure e) {
      assert e.getCause() != null;
    }
    Scanner scanner = new Scanner("4 5");
    int total = 0;
    while (scanner.hasNextInt()) total += scanner.nextInt();
    System.out.printf("trained %s %s %s %s %d %s %s %d %s%n", sums, tree, shapes.peek().name(), words.apply(4),
        later.get(), first.orElse(""), text, total, block.lines().count());
    pool.shutdown();
  }
}
