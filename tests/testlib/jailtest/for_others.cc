#include "tests/testlib/jailtest/for_others.h"

#include <grp.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = JAILTEST_FOLDER;

}  // namespace

void BecomeAnother() {
  const bool became = setgroups(0, nullptr) == 0 && setresgid(kAnother, kAnother, kAnother) == 0 &&
                      setresuid(kAnother, kAnother, kAnother) == 0;
  if (!became) _exit(99);
}

ForOthers::ForOthers() {
  fs::create_directories(kFolder);
  fs::copy_file(JAILTEST_JAILRUN_FOR_OTHERS, jailrun());
  fs::copy_file(JAILTEST_LAUNCHER, launcher());
}

ForOthers::~ForOthers() {
  std::error_code error;
  fs::remove_all(kFolder, error);  // What is left the leak check finds.
}

void ForOthers::MakeSetuid() { fs::permissions(launcher(), fs::perms(04755)); }
bool ForOthers::LetSetuidCount() {
  return mount(nullptr, "/tmp", nullptr, MS_REMOUNT | MS_BIND | MS_NODEV, nullptr) == 0;
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
