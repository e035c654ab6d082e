// Walks /proc. Sleeping while polling is for tests only: the code under test may not do it.
#include "tests/testlib/jailtest/process_tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace jailtest {
namespace {

constexpr absl::Duration kTreePollInterval = absl::Milliseconds(5);

// "12 (a (b)) S 1 ...": the name may hold blanks and brackets, so the last bracket counts.
std::optional<ProcessInfo> ParseStat(pid_t pid) {
  const std::string stat = ReadProc(pid, "stat");
  const size_t open = stat.find('('), close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= stat.size())
    return std::nullopt;
  ProcessInfo info{.pid = pid, .name = stat.substr(open + 1, close - open - 1)};
  std::istringstream rest(stat.substr(close + 2));
  rest >> info.state >> info.parent;
  return info;
}

std::map<pid_t, std::vector<ProcessInfo>> ChildrenByParent() {
  std::map<pid_t, std::vector<ProcessInfo>> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    if (auto info = ParseStat(pid)) children[info->parent].push_back(*info);
  }
  return children;
}

std::set<pid_t>& Owned() {
  static std::set<pid_t>& owned = *new std::set<pid_t>;
  return owned;
}

// Descendants of ours that no live Process accounts for.
std::vector<ProcessInfo> Orphans() {
  std::vector<ProcessInfo> found;
  const std::vector<ProcessInfo> children = ChildrenByParent()[getpid()];
  for (const ProcessInfo& child : children) {
    if (Owned().count(child.pid) > 0) continue;
    found.push_back(child);
    for (const ProcessInfo& info : Descendants(child.pid)) found.push_back(info);
  }
  return found;
}

// Not waitpid(-1), which would take the status of a child that a Process waits for.
void ReapOrphans() {
  for (const ProcessInfo& info : Orphans()) {
    if (info.state == 'Z' && info.parent == getpid()) waitpid(info.pid, nullptr, WNOHANG);
  }
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string ReadProc(pid_t pid, const std::string& file) {
  return ReadFile(absl::StrCat("/proc/", pid, "/", file));
}

std::string StatusField(pid_t pid, const std::string& field) {
  for (absl::string_view line : absl::StrSplit(ReadProc(pid, "status"), '\n')) {
    if (absl::ConsumePrefix(&line, field + ":")) return std::string(absl::StripAsciiWhitespace(line));
  }
  return "";
}

std::vector<ProcessInfo> Descendants(pid_t root) {
  const auto children = ChildrenByParent();
  std::vector<ProcessInfo> found;
  std::vector<pid_t> todo = {root};
  for (size_t i = 0; i < todo.size(); ++i) {
    const auto it = children.find(todo[i]);
    if (it == children.end()) continue;
    for (const ProcessInfo& child : it->second) {
      found.push_back(child);
      todo.push_back(child.pid);
    }
  }
  return found;
}

std::optional<pid_t> AwaitDescendant(pid_t root, const std::string& name, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  do {
    for (const ProcessInfo& info : Descendants(root)) {
      if (info.name == name && info.state != 'Z') return info.pid;
    }
    absl::SleepFor(absl::Milliseconds(1));
  } while (absl::Now() < deadline);
  return std::nullopt;
}

void Own(pid_t pid) { Owned().insert(pid); }
void Disown(pid_t pid) { Owned().erase(pid); }

std::vector<std::string> AwaitNoOrphans(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    ReapOrphans();
    std::vector<std::string> left;
    for (const ProcessInfo& info : Orphans()) {
      left.push_back(absl::StrCat(info.pid, " ", info.name, " (", std::string(1, info.state), ", child of ",
                                  info.parent, ")"));
    }
    if (left.empty() || absl::Now() >= deadline) return left;
    absl::SleepFor(kTreePollInterval);
  }
}

void KillOrphans() {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (absl::Now() < deadline) {
    ReapOrphans();
    const auto orphans = Orphans();
    if (orphans.empty()) return;
    for (const ProcessInfo& info : orphans) kill(info.pid, SIGKILL);
    absl::SleepFor(kTreePollInterval);
  }
}

}  // namespace jailtest
