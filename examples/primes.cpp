// Counts the primes below its argument. Compiled in one jail, run in another:
//   jailrun examples/primes.cpp -- 5000000
//   jailrun --time 10ms -v examples/primes.cpp -- 5000000     (too little: exit status 124)
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  const std::size_t end = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
  std::vector<bool> composite(std::max<std::size_t>(end, 2));
  std::size_t count = 0;
  for (std::size_t n = 2; n < end; ++n) {
    if (composite[n]) continue;
    ++count;
    for (std::size_t multiple = n * n; multiple < end; multiple += n) composite[multiple] = true;
  }
  std::cout << count << " primes below " << end << "\n";
}
