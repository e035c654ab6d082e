// id: javac-lambdas
// class: compile
// does: inference through nested lambdas: exponential time
// promise: P16 P14
// phase: compile
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT
// unjailed: any
import java.util.function.Supplier;

public class Main {
  static <T> Supplier<T> s(Supplier<T> a, Supplier<T> b) {
    return a;
  }

  public static void main(String[] args) {
    Supplier<?> r = s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> s(() -> 1,
        () -> "").get(), () -> 2).get(), () -> "").get(), () -> 3).get(), () -> "").get(), () -> 4).get(),
        () -> "").get(), () -> 5).get(), () -> "").get(), () -> 6).get(), () -> "");
  }
}
