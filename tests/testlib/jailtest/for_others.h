// The command where any user can run it: the build tree may be where he cannot go (/root). It lies in the
// test host's own /tmp, for as long as this lives, and looks for its helper there; see jail/launcher_path.h.
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_

#include <string>

namespace jailtest {

class ForOthers {
 public:
  ForOthers();
  ~ForOthers();
  ForOthers(const ForOthers&) = delete;
  ForOthers& operator=(const ForOthers&) = delete;

  static std::string jailrun();
  static std::string launcher();
  // A copy that anyone may read; its path.
  std::string Add(const std::string& file) const;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_FOR_OTHERS_H_
