static volatile char sink;
static int dive(int n) {
  volatile char frame[4096];
  frame[n & 4095] = (char)n;
  sink = frame[(n * 7) & 4095];
  return dive(n + 1) + sink;
}
int main(void) { return dive(1); }
