// Who descends from this process. As a subreaper (see test_host.h) we inherit every orphan of what
// we started, so "a descendant of ours" means exactly "something a test left behind".
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_TREE_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_TREE_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace jailtest {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';  // 'Z' is a zombie
  std::string name;  // comm: at most 15 characters
};

// All descendants of `root`, zombies too, parents before children.
std::vector<ProcessInfo> Descendants(pid_t root);

// The first descendant of `root` with that comm; polls until there is one or time is up.
std::optional<pid_t> AwaitDescendant(pid_t root, const std::string& name, absl::Duration timeout);

// A child that a Process object accounts for, with all beneath it: not an orphan.
void Own(pid_t pid);
void Disown(pid_t pid);

// Reaps orphans until there is none. Those that are still there in the end are returned, as text for
// people.
std::vector<std::string> AwaitNoOrphans(absl::Duration timeout);

// Kills and reaps all orphans, for cleaning up after a failed test. Only ever our own.
void KillOrphans();

// The contents of /proc/<pid>/<file>; empty when it is gone.
std::string ReadProc(pid_t pid, const std::string& file);

// "Uid:" of /proc/<pid>/status and the like: the value without its leading blanks.
std::string StatusField(pid_t pid, const std::string& field);

std::string ReadFile(const std::string& path);

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_TREE_H_
