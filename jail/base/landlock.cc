#include "jail/base/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"

namespace jail {
namespace {

// Of linux/landlock.h as of Linux 6.12; Debian 12's knows the first two versions.
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;
enum Access : uint64_t {
  kExecuteFile = 1 << 0,
  kWriteFile = 1 << 1,
  kReadFile = 1 << 2,
  kReadDir = 1 << 3,
  kRemoveDir = 1 << 4,
  kRemoveFile = 1 << 5,
  kMakeChar = 1 << 6,
  kMakeDir = 1 << 7,
  kMakeRegular = 1 << 8,
  kMakeSocket = 1 << 9,
  kMakeFifo = 1 << 10,
  kMakeBlock = 1 << 11,
  kMakeLink = 1 << 12,
  kRefer = 1 << 13,
  kTruncate = 1 << 14,
  kDeviceIoctl = 1 << 15,
};
enum Scope : uint64_t { kAbstractSockets = 1 << 0, kSignals = 1 << 1 };

struct RulesetAttributes {
  uint64_t files;
  uint64_t network;  // From ABI 4.
  uint64_t scopes;   // From ABI 6.
};
struct [[gnu::packed]] PathAttributes {
  uint64_t allowed;
  int32_t parent;
};

// By the first ABI that knows it; a kernel refuses what it does not know.
struct Known {
  int abi;
  uint64_t access;
};
constexpr Known kAll[] = {{1, (1 << 13) - 1}, {2, kRefer}, {3, kTruncate}, {5, kDeviceIoctl}};

uint64_t KnownTo(int abi) {
  uint64_t access = 0;
  for (const Known& known : kAll) access |= abi >= known.abi ? known.access : 0;
  return access;
}

uint64_t AccessFor(MayDo what) {
  switch (what) {
    case MayDo::kRead:
      return kReadFile | kReadDir;
    case MayDo::kExecute:
      return kExecuteFile;
    case MayDo::kWrite:
      return kWriteFile | kRemoveDir | kRemoveFile | kMakeDir | kMakeRegular | kMakeSocket | kMakeFifo |
             kMakeLink | kRefer | kTruncate;
    case MayDo::kUseDevice:
      return kWriteFile | kTruncate;
  }
  return 0;
}

size_t SizeFor(int abi) {
  const size_t words = abi >= 6 ? 3 : abi >= 4 ? 2 : 1;
  return words * sizeof(uint64_t);
}

}  // namespace

int LandlockAbi() {
  const long abi = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

int MakeRuleset(int abi, int* ruleset) {
  const RulesetAttributes attributes = {KnownTo(abi), 0, kAbstractSockets | kSignals};
  return Keep(syscall(kCreateRuleset, &attributes, SizeFor(abi), 0), ruleset);
}

int AllowBeneath(int ruleset, int abi, const char* path, MayDo what) {
  PathAttributes rule = {AccessFor(what) & KnownTo(abi), -1};
  rule.parent = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (rule.parent < 0) return errno;
  const int error = Errno(syscall(kAddRule, ruleset, kPathBeneath, &rule, 0));
  close(rule.parent);
  return error;
}

int RestrictSelf(int ruleset) { return Errno(syscall(kRestrictSelf, ruleset, 0)); }

}  // namespace jail
