// The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kSize = 24, kMatrix = 32, kCapacity = 8 };

static int state = 42;

static int below(int bound) {
  state = (int)((state * 75L + 74) % 65537);
  return state % bound;
}

static void primes(int bound, int* count, int* last) {
  char* composite = calloc((size_t)bound + 1, 1);
  for (int number = 2; number <= bound; ++number) {
    if (composite[number]) continue;
    ++*count;
    *last = number;
    for (long multiple = (long)number * number; multiple <= bound; multiple += number) composite[multiple] = 1;
  }
  free(composite);
}

struct word {
  char text[3];
  int count;
};

static int by_count(const void* a, const void* b) {
  const struct word *left = a, *right = b;
  if (left->count != right->count) return right->count - left->count;
  return strcmp(left->text, right->text);
}

static void words(int count) {
  struct word all[25];
  for (int i = 0; i < 25; ++i) {
    const char text[3] = {"abcde"[i / 5], "abcde"[i % 5], 0};
    memcpy(all[i].text, text, sizeof text);
    all[i].count = 0;
  }
  for (int i = 0; i < count; ++i) {
    const int first = below(5);
    ++all[first * 5 + below(5)].count;
  }
  qsort(all, 25, sizeof all[0], by_count);
  printf("words %s:%d %s:%d %s:%d\n", all[0].text, all[0].count, all[1].text, all[1].count, all[2].text,
         all[2].count);
}

static int shortest_path(void) {
  static int cost[kSize][kSize], distance[kSize][kSize], done[kSize][kSize];
  for (int row = 0; row < kSize; ++row)
    for (int column = 0; column < kSize; ++column) {
      cost[row][column] = below(9) + 1;
      distance[row][column] = 1 << 30;
    }
  distance[0][0] = 0;
  for (;;) {
    int row = -1, column = -1;
    for (int r = 0; r < kSize; ++r)
      for (int c = 0; c < kSize; ++c)
        if (!done[r][c] && (row < 0 || distance[r][c] < distance[row][column])) row = r, column = c;
    if (row == kSize - 1 && column == kSize - 1) return distance[row][column];
    done[row][column] = 1;
    static const int steps[][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    for (int i = 0; i < 4; ++i) {
      const int r = row + steps[i][0], c = column + steps[i][1];
      if (r < 0 || r >= kSize || c < 0 || c >= kSize) continue;
      const int total = distance[row][column] + cost[r][c];
      if (total < distance[r][c]) distance[r][c] = total;
    }
  }
}

static int trace_of_product(void) {
  static int a[kMatrix][kMatrix], b[kMatrix][kMatrix];
  for (int i = 0; i < kMatrix; ++i)
    for (int k = 0; k < kMatrix; ++k) a[i][k] = below(10);
  for (int i = 0; i < kMatrix; ++i)
    for (int k = 0; k < kMatrix; ++k) b[i][k] = below(10);
  int trace = 0;
  for (int i = 0; i < kMatrix; ++i)
    for (int k = 0; k < kMatrix; ++k) trace += a[i][k] * b[k][i];
  return trace;
}

static double total_area(int count) {
  double total = 0;
  for (int i = 0; i < count; ++i) {
    const int kind = below(2), a = below(10) + 1, b = below(10) + 1;
    total += kind == 0 ? a * b : 3.14159 * a * a;
  }
  return total;
}

static int cache_hits(int accesses) {
  int keys[kCapacity + 1], used = 0, hits = 0;
  for (int i = 0; i < accesses; ++i) {
    const int key = below(16);
    int at = 0;
    while (at < used && keys[at] != key) ++at;
    if (at < used) ++hits;
    else if (used == kCapacity) at = 0;
    else ++used;
    memmove(keys + at, keys + at + 1, (size_t)(used - at - 1) * sizeof keys[0]);
    keys[used - 1] = key;
  }
  return hits;
}

int main(void) {
  int count = 0, last = 0;
  primes(20000, &count, &last);
  printf("primes %d %d\n", count, last);
  words(500);
  printf("path %d\n", shortest_path());
  printf("trace %d\n", trace_of_product());
  printf("area %.3f\n", total_area(20));
  printf("hits %d\n", cache_hits(200));
}
