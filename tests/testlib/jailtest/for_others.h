// The command where any user can run it: the build tree may be where he cannot go (/root). It lies in the
// test host's own /tmp, for as long as this lives, and looks for its helper there; see jail/launcher_path.h.
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_

#include <sys/types.h>

#include <string>

namespace jailtest {

// The user's uid and gid: nobody's on this machine.
inline constexpr uid_t kAnother = 61234;
// For Command::before_exec, alone or as its last act.
void BecomeAnother();

class ForOthers {
 public:
  ForOthers();
  ~ForOthers();
  ForOthers(const ForOthers&) = delete;
  ForOthers& operator=(const ForOthers&) = delete;

  // The helper becomes set-uid root, as `make install SETUID=1` has it, but for everybody.
  static void MakeSetuid();
  // Makes the test host's /tmp a place where that counts, before the leak check looks. False: it cannot be.
  static bool LetSetuidCount();

  static std::string jailrun();
  static std::string launcher();
  // A copy that anyone may read; its path.
  std::string Add(const std::string& file) const;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_
