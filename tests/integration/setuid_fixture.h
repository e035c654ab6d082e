// The command and its helper as `make install SETUID=1` has them, for somebody who is not root.
#ifndef JAIL_TESTS_INTEGRATION_SETUID_FIXTURE_H_
#define JAIL_TESTS_INTEGRATION_SETUID_FIXTURE_H_

#include <optional>

#include "gtest/gtest.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {

class InstalledSetuid : public JailTest {
 protected:
  void SetUp() override {
    const bool counts = ForOthers::LetSetuidCount();
    JailTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(counts);
    installed_.emplace();
    ForOthers::MakeSetuid();
  }
  void TearDown() override {
    installed_.reset();
    JailTest::TearDown();
  }

  std::optional<ForOthers> installed_;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_SETUID_FIXTURE_H_
