// id: java-threads
// class: pids
// does: more than four hundred threads
// promise: P15 P23
// expect: OK|NONZERO_EXIT|MEMORY_LIMIT
// unjailed: escape
class Attack extends Kit {
  static void attack() throws Throwable {
    int n = 0;
    try {
      for (; n < 401; n++) {
        Thread thread = new Thread(null, Attack::sleep, "t", 65536);
        thread.setDaemon(true);
        thread.start();
      }
    } catch (Throwable e) {
      blocked(e + " after " + n);
    }
    escaped(n + " threads");
  }

  static void sleep() {
    try {
      Thread.sleep(4000);
    } catch (InterruptedException e) {
      // So be it.
    }
  }
}
