// For tests with files of their own: a folder in the test host's private /tmp that goes with the test.
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_FOLDER_TEST_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_FOLDER_TEST_H_

#include <filesystem>
#include <string>
#include <system_error>

#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {

class FolderTest : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (IsSkipped()) return;
    std::filesystem::create_directories(dir_);
    std::filesystem::permissions(dir_, std::filesystem::perms::all);
  }
  void TearDown() override {
    std::error_code error;
    std::filesystem::remove_all(dir_, error);
    JailTest::TearDown();
  }

  const std::string dir_ = "/tmp/folder";
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_FOLDER_TEST_H_
