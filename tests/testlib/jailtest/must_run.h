// How a test says that it cannot run here. CI sets JAIL_TESTS_MUST_RUN=1, which turns every such
// skip into a failure, so that a machine that lost a feature cannot pass by testing nothing.
//
//   if (geteuid() != 0) JAIL_SKIP("needs root");
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_MUST_RUN_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_MUST_RUN_H_

#include <cstdlib>
#include <string_view>

#include "gtest/gtest.h"

namespace jailtest {

inline bool MustRun() {
  const char* value = std::getenv("JAIL_TESTS_MUST_RUN");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace jailtest

// A macro, because GTEST_SKIP and FAIL return from the function they stand in.
#define JAIL_SKIP(reason)                                                          \
  do {                                                                             \
    if (jailtest::MustRun()) FAIL() << "JAIL_TESTS_MUST_RUN=1, but: " << (reason); \
    GTEST_SKIP() << (reason);                                                      \
  } while (false)

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_MUST_RUN_H_
