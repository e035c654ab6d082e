// What a fuzz target says must hold.
#ifndef TESTS_FUZZ_REQUIRE_H_
#define TESTS_FUZZ_REQUIRE_H_

#include <cstdlib>

namespace jail::fuzz {

inline void Require(bool held) {
  if (!held) std::abort();  // libFuzzer keeps the input and shows the stack.
}

}  // namespace jail::fuzz

#endif  // TESTS_FUZZ_REQUIRE_H_
