// From what runs called to the policy that allows only that, as a change of the files for a person to read.
// The files are edited as the text they are: comments, reasons and order stay.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/status_macros.h"
#include "jail/base/syscall_names.h"
#include "tools/jailrun/policy/policy.h"

namespace jail::cli {
namespace {

using absl::string_view;
using Calls = std::set<std::string, std::less<>>;
using Lines = std::vector<string_view>;

constexpr size_t kContextLines = 3;
constexpr size_t kWidth = 100;
// The launcher's part of a process ends with this call; what comes after it is the program's.
constexpr string_view kFilterInstalled = "seccomp(SECCOMP_SET_MODE_FILTER";

// --- Traces ---

// "read" of `read(3, ...`, `1234 read(3, ...` and `[pid  1234] read(3, ...`; empty: no call.
string_view CallOf(string_view line) {
  if (absl::ConsumePrefix(&line, "[pid")) line.remove_prefix(std::min(line.size(), line.find(']') + 1));
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(" 0123456789")));
  const size_t end = line.find('(');
  if (end == string_view::npos) return {};
  const string_view name = line.substr(0, end);
  return SyscallNumber({name.data(), name.size()}) >= 0 ? name : string_view();
}

void CollectCalls(string_view trace, Calls& made) {
  const size_t launched = trace.rfind(kFilterInstalled);
  // A trace that was cut short may end on that very line.
  if (launched != string_view::npos) trace.remove_prefix(std::min(trace.size(), trace.find('\n', launched)));
  for (const string_view line : absl::StrSplit(trace, '\n')) {
    if (const string_view call = CallOf(line); !call.empty()) made.emplace(call);
  }
}

// --- Files ---

// "calls: [...]" of an expectation names a call with its arguments.
string_view NameIn(string_view item) { return item.substr(0, item.find('(')); }

struct List {
  size_t first = 0, last = 0;  // Lines, the last included.
  std::string before, after;   // What stands on them beside the list.
  std::vector<std::string> items;
};

// The list that begins after `key` in lines[from, to]; its items have no bracket and no escaped quote.
std::optional<List> FindList(const Lines& lines, size_t from, size_t to, string_view key) {
  for (size_t i = from; i <= to; ++i) {
    const size_t at = lines[i].find(key);
    if (at == string_view::npos) continue;
    List list = {i, i, std::string(lines[i].substr(0, at + key.size())), {}, {}};
    std::string text(lines[i].substr(at + key.size()));
    while (!absl::StrContains(text, ']') && list.last < to) absl::StrAppend(&text, "\n", lines[++list.last]);
    const size_t end = text.find(']');
    if (end == std::string::npos) return std::nullopt;
    list.after = text.substr(end);
    const std::vector<string_view> parts = absl::StrSplit(string_view(text).substr(0, end), '"');
    for (size_t part = 1; part < parts.size(); part += 2) list.items.emplace_back(parts[part]);
    return list;
  }
  return std::nullopt;
}

std::vector<std::string> Written(const List& list) {
  std::vector<std::string> lines = {list.before};
  const std::string indent(list.before.find_first_not_of(' ') + 2, ' ');
  for (size_t i = 0; i < list.items.size(); ++i) {
    const std::string item = absl::StrCat("\"", list.items[i], "\"", i + 1 < list.items.size() ? "," : "");
    const bool fits = lines.back().size() + item.size() + 1 < kWidth;
    if (!fits) lines.push_back(absl::StrCat(indent, item));
    if (fits) absl::StrAppend(&lines.back(), absl::EndsWith(lines.back(), "[") ? "" : " ", item);
  }
  absl::StrAppend(&lines.back(), list.after);
  return lines;
}

struct Edit {
  size_t first = 0, last = 0;  // Lines that go, the last included.
  std::vector<std::string> lines;
};

// What becomes of one block: nothing, a shorter list, or the whole of it goes.
std::optional<Edit> EditBlock(const Lines& lines, size_t from, size_t to, const Calls& made) {
  const bool is_rule = absl::StartsWith(lines[from], "rules");
  if (!is_rule && !absl::StartsWith(lines[from], "expectations")) return std::nullopt;
  bool allows = false;
  for (size_t i = from; i <= to; ++i) allows = allows || absl::StrContains(lines[i], "{ allow: true }");
  std::optional<List> list = FindList(lines, from, to, is_rule ? "syscalls: [" : "calls: [");
  if (!allows || !list) return std::nullopt;
  const size_t before = list->items.size();
  const auto unused = [&](const std::string& item) { return !made.contains(NameIn(item)); };
  list->items.erase(std::remove_if(list->items.begin(), list->items.end(), unused), list->items.end());
  if (list->items.size() == before) return std::nullopt;
  if (list->items.empty()) return Edit{from, to, {}};
  return Edit{list->first, list->last, Written(*list)};
}

// A block begins with its name at the left edge; it ends on that line, or with a brace at the left edge.
std::vector<Edit> EditsOf(const Lines& lines, const Calls& made) {
  std::vector<Edit> edits;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!absl::EndsWith(lines[i], "{") && !absl::EndsWith(lines[i], "}")) continue;
    size_t end = i;
    while (absl::EndsWith(lines[i], "{") && end + 1 < lines.size() && lines[end] != "}") ++end;
    if (std::optional<Edit> edit = EditBlock(lines, i, end, made)) edits.push_back(*std::move(edit));
    i = end;
  }
  return edits;
}

// --- The diff ---

// One hunk for each run of edits whose contexts touch.
std::string UnifiedDiff(const std::string& path, const Lines& lines, const std::vector<Edit>& edits) {
  std::string diff = absl::StrCat("--- a/", path, "\n+++ b/", path, "\n");
  ptrdiff_t grown = 0;
  for (size_t i = 0; i < edits.size();) {
    const size_t first = edits[i].first - std::min(edits[i].first, kContextLines);
    size_t at = first, added = 0, removed = 0;
    std::string hunk;
    const auto keep = [&](size_t to) {
      for (; at < to; ++at) absl::StrAppend(&hunk, " ", lines[at], "\n");
    };
    do {
      keep(edits[i].first);
      for (; at <= edits[i].last; ++at, ++removed) absl::StrAppend(&hunk, "-", lines[at], "\n");
      for (const std::string& line : edits[i].lines) absl::StrAppend(&hunk, "+", line, "\n");
      added += edits[i].lines.size();
      ++i;
    } while (i < edits.size() && edits[i].first <= at + 2 * kContextLines);
    keep(std::min(lines.size(), at + kContextLines));
    const size_t before = at - first, after = before - removed + added;
    absl::StrAppend(&diff, "@@ -", first + 1, ",", before, " +", static_cast<ptrdiff_t>(first + 1) + grown,
                    ",", after, " @@\n", hunk);
    grown += static_cast<ptrdiff_t>(added) - static_cast<ptrdiff_t>(removed);
  }
  return diff;
}

}  // namespace

absl::StatusOr<std::string> LeastFor(const std::vector<build::PolicyFile>& files,
                                     const std::vector<std::string>& traces, const std::string& name) {
  JAIL_ASSIGN_OR_RETURN(const build::PolicySet set, build::ParsePolicies(files));
  JAIL_RETURN_IF_ERROR(FindChecked(set, name).status());
  JAIL_ASSIGN_OR_RETURN(const auto parts, build::ResolveIncludes(set, name));
  Calls made;
  for (const std::string& trace : traces) CollectCalls(trace, made);
  if (made.empty())
    return absl::InvalidArgumentError("the traces name no system call: strace -ff -o writes some");
  std::string diff;
  for (const build::PolicyFile& file : files) {
    const auto is_it = [&](const build::PolicySource* part) { return part->path == file.path; };
    if (std::none_of(parts.begin(), parts.end(), is_it)) continue;
    Lines lines = absl::StrSplit(file.text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    if (const std::vector<Edit> edits = EditsOf(lines, made); !edits.empty()) {
      diff += UnifiedDiff(file.path, lines, edits);
    }
  }
  return diff;
}

}  // namespace jail::cli
