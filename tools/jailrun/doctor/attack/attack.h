// The program that `jailrun doctor` runs in its jails: it tries what a hostile program would try, and
// says on stdout what it managed. It is no part of the jail and trusts nothing of it; doctor also looks
// from outside. Static and without the C++ runtime, so that it runs on any host.
//
// An attack is a list of tries, each in a process of its own, or a bomb. What it prints, a line each:
//   START name
//   BLOCKED way: ERRNO; way: ERRNO      no try worked
//   ESCAPED way; way                    what worked
//   COUNT 23 EAGAIN                     a bomb: how many it got, and what stopped it (NONE: nothing)
//
// To add an attack: its tries in the file of its kind, a row in the table there, and a row in
// ../proofs.cc that says what must hold it.
#ifndef TOOLS_JAILRUN_DOCTOR_ATTACK_ATTACK_H_
#define TOOLS_JAILRUN_DOCTOR_ATTACK_ATTACK_H_

#include <errno.h>

namespace jail::attack {

// A try returns 0 when it got what it wanted, otherwise the errno.
struct Try {
  const char* way;
  int (*run)();
};

// Returned by a try whose effect only doctor can see from outside.
inline constexpr int kJudgedOutside = 254;

struct Attack {
  const char* name;
  const Try* tries;  // Up to one without a name; null for a bomb.
  void (*bomb)();
};

// One table for each kind, up to a row without a name. All are initialised by the compiler.
// NOLINTBEGIN(bugprone-dynamic-static-initializers)
extern const Attack kFileAttacks[];
extern const Attack kIdentityAttacks[];
extern const Attack kKernelAttacks[];
extern const Attack kNetworkAttacks[];
extern const Attack kProcessAttacks[];
extern const Attack kBombs[];
// NOLINTEND(bugprone-dynamic-static-initializers)

// What doctor told about the host: "port=4711". An empty text when it did not.
const char* Told(const char* name);
int ToldNumber(const char* name);

inline int Result(long value) { return value >= 0 ? 0 : errno; }

// For calls with harmless nonsense as arguments: any answer but a refusal means that the kernel's code
// behind the call was reached.
inline int Reached(long value) {
  const bool refused = value < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES);
  return refused ? errno : 0;
}

// 0 when the file or directory can be opened with those flags.
int CanOpen(const char* path, int flags);

// Of a bomb. `error` 0: nothing stopped it.
void SayCount(long count, int error);

}  // namespace jail::attack

#endif  // TOOLS_JAILRUN_DOCTOR_ATTACK_ATTACK_H_
