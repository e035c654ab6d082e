// id: java-unsafe
// class: memory
// does: memory that is none of the heap, without end
// promise: P14 P23
// expect: MEMORY_LIMIT|NONZERO_EXIT
// unjailed: escape
class Attack extends Kit {
  static void attack() throws Throwable {
    Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
    field.setAccessible(true);
    sun.misc.Unsafe unsafe = (sun.misc.Unsafe) field.get(null);
    for (int i = 0; i < 40; i++) unsafe.setMemory(unsafe.allocateMemory(16 << 20), 16 << 20, (byte) 1);
    escaped("640 MiB");
  }
}
