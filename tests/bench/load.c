// What the bench lets run into a time limit: load N spins in N processes, load 0 sleeps.
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const int processes = argc > 1 ? atoi(argv[1]) : 0;
  for (int i = 1; i < processes; i++) {
    if (fork() == 0) break;
  }
  while (processes == 0) pause();
  for (volatile long i = 0;; i++) {
  }
}
