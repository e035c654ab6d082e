// Who is measured: rows of a file that tests/bench/cold.py writes, so that a contender is a row there and no
// code here.
#ifndef TESTS_BENCH_CONTENDER_H_
#define TESTS_BENCH_CONTENDER_H_

#include <string>
#include <vector>

#include "tests/bench/spawn.h"

namespace bench {

// A way to run a program that prints "hello".
struct Contender {
  std::string program;  // "hello", "python"
  std::string name;     // "bare", "jailrun", "bubblewrap"
  std::vector<int> at_once;
  Start start;
};

// A line each: program, name, how many at once ("1,8"), a file that is opened as descriptor 10 of each start
// ("-": none) and the command's words, with tabs between. Empty, said on stderr, when the file is not like
// that.
std::vector<Contender> ReadContenders(const std::string& path);

}  // namespace bench

#endif  // TESTS_BENCH_CONTENDER_H_
