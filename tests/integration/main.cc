// main() of every integration test: becomes a small host of its own, then runs the tests.
#include <cstdio>

#include "gtest/gtest.h"
#include "tests/testlib/jailtest/test_host.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!GTEST_FLAG_GET(list_tests)) jailtest::BecomeTestHost();
  return RUN_ALL_TESTS();
}
