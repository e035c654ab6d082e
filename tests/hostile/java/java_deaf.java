// id: java-deaf
// class: time
// does: a shutdown hook that never ends: SIGTERM would not be enough
// promise: P16 P23
// expect: CPU_TIME_LIMIT|WALL_TIME_LIMIT
// unjailed: any
class Attack extends Kit {
  static void attack() throws Throwable {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      long start = System.nanoTime();
      while (System.nanoTime() - start < 9_000_000_000L) Thread.onSpinWait();
      escaped("the hook ran for nine seconds");
    }));
    System.exit(0);
  }
}
