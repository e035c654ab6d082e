// id: mem-new
// class: memory
// does: catches bad_alloc and goes on
// promise: P14
// expect: MEMORY_LIMIT|OK
// unjailed: escape
#include <new>
static void attack(void) {
  long held = 0;
  for (int failures = 0; held < 768 && failures < 50;) {
    try {
      char* block = new char[8 * MIB];
      memset(block, 1, 8 * MIB);
      held += 8;
    } catch (const std::bad_alloc&) {
      failures++;
    }
  }
  if (held >= 768) escaped("%ld MiB", held);
  blocked(ENOMEM);
}
