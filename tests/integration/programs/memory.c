#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  for (int i = 0; i < 64; i++) memset(malloc(16 << 20), i + 1, 16 << 20);
  puts("held");
  return 0;
}
