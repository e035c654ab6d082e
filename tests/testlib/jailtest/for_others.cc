#include "tests/testlib/jailtest/for_others.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = JAILTEST_FOLDER;

}  // namespace

ForOthers::ForOthers() {
  fs::create_directories(kFolder);
  fs::copy_file(JAILTEST_JAILRUN_FOR_OTHERS, jailrun());
  fs::copy_file(JAILTEST_LAUNCHER, launcher());
}

ForOthers::~ForOthers() {
  std::error_code error;
  fs::remove_all(kFolder, error);  // What is left the leak check finds.
}

std::string ForOthers::jailrun() { return absl::StrCat(kFolder, "/jailrun"); }
std::string ForOthers::launcher() { return absl::StrCat(kFolder, "/jail-launch"); }

std::string ForOthers::Add(const std::string& file) const {
  const fs::path copy = fs::path(kFolder) / fs::path(file).filename();
  fs::copy_file(file, copy);
  fs::permissions(copy, fs::perms(0644));
  return copy;
}

}  // namespace jailtest
