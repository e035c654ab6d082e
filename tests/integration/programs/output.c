#include <stdio.h>
int main(void) {
  fputs("HEAD", stdout);
  for (int i = 0; i < (1 << 20); i++) putchar('o');
  fputs("TAIL", stdout);
  return 0;
}
