// Landlock: a process forbids itself, and all that comes from it, what it could do to files. A second lock
// behind the mounts: a file that no rule allows cannot be opened, whatever descriptor or path leads there.
// Part of the helper: no heap, no exceptions. docs.kernel.org/userspace-api/landlock.html
#ifndef JAIL_BASE_LANDLOCK_H_
#define JAIL_BASE_LANDLOCK_H_

#include <cstdint>

namespace jail {

// Of the kernel we run on; 0: it has none, or it is not switched on.
int LandlockAbi();

// The first that lets files be moved from folder to folder (Linux 5.19); before, no program could.
inline constexpr int kUsableLandlockAbi = 2;

// What a rule allows beneath its path.
enum class MayDo : uint8_t {
  kRead,       // Files and folders.
  kExecute,    // Files.
  kWrite,      // All that can be done with files and folders but executing them; no device can be made.
  kUseDevice,  // Write to it; its ioctls stay forbidden.
};

// A set of rules that forbids all of the above, and signals and abstract sockets to whoever is not under it
// too (from ABI 6), until rules allow some of it.
int MakeRuleset(int abi, int* ruleset);

// ENOENT, ENOTDIR: no folder, but perhaps a link to one.
int AllowBeneath(int ruleset, int abi, const char* path, MayDo what);

// From here on and for good. Needs no_new_privs.
int RestrictSelf(int ruleset);

}  // namespace jail

#endif  // JAIL_BASE_LANDLOCK_H_
