// The kinds of hosts that differ in where control groups may be made, each built in the virtual machine for
// one process: groups made beforehand, then joined, hidden or mounted again in the forked child, just before
// it becomes jailrun. What must come of it stands in the row.
#ifndef JAIL_TESTS_VM_SHAPES_H_
#define JAIL_TESTS_VM_SHAPES_H_

#include <sys/types.h>

#include <ostream>
#include <string>
#include <vector>

namespace jailtest {

inline constexpr char kCgroupMount[] = "/sys/fs/cgroup";
inline constexpr uid_t kUser = 61303;  // Of the shapes without privilege; nobody's.

// What enforces which limit, in the record's words.
struct Mechanisms {
  const char* memory;
  const char* processes;
  const char* cpu_time;
};

struct Shape {
  struct Group {
    const char* path;
    const char* gives = "";              // Controllers, to its children
    const char* delegated_by = nullptr;  // systemd's mark, an extended attribute
    uid_t owner = 0;
  };

  const char* name;
  std::vector<Group> groups = {};  // From the top
  const char* own = "";            // Where the process is put; empty: the real root
  bool (*hide)() = nullptr;        // In the child: changes what it sees of the groups
  uid_t uid = 0;
  // What must come of it.
  const char* parent = nullptr;  // Of the jail's group, as the host sees it; null: there is no such group
  bool moves = false;            // Who was in `own` is now in a leaf beneath
  const Mechanisms* by = nullptr;
};

extern const std::vector<Shape> kShapes;

inline void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

// In the test: makes the groups. An empty text, or what went wrong.
std::string Build(const Shape& shape);
// In the child, before exec: joins, hides and becomes the user. Exits with status 97 when it cannot.
void Enter(const Shape& shape);
// In the test: removes the groups and what jailrun has made in them for its callers.
std::string Demolish(const Shape& shape);

// The path in cgroup v2 of a process, "/a/b".
std::string GroupOf(pid_t pid);
// A file of a group, by such a path.
std::string GroupFile(const std::string& group, const std::string& file);
bool JoinGroup(const std::string& group);

}  // namespace jailtest

#endif  // JAIL_TESTS_VM_SHAPES_H_
