#include "jail/root/rules.h"

#include <cerrno>

#include "jail/base/landlock.h"

namespace jail::root {
namespace {

struct FileRule {
  const char* path;
  MayDo what;
};
constexpr FileRule kFileRules[] = {
    {"/", MayDo::kRead},         {"/tmp", MayDo::kWrite},     {"/work", MayDo::kWrite},
    {"/dev/shm", MayDo::kWrite}, {"/dev", MayDo::kUseDevice},
};

}  // namespace

// Of the host's folders in the view, those that are links only lead to others of them.
int AllowView(const plan::RootView& view, int ruleset, int abi, plan::Trace& trace) {
  for (const FileRule& rule : kFileRules) {
    plan::At(trace, -1, rule.path);
    if (const int error = AllowBeneath(ruleset, abi, rule.path, rule.what)) return error;
  }
  for (int i = 0; i < view.count; ++i) {
    const plan::ViewEntry& entry = view.entries[i];
    if (entry.kind != plan::EntryKind::kBind && entry.kind != plan::EntryKind::kLinkOrBind) continue;
    plan::At(trace, i, entry.path);
    const int error = AllowBeneath(ruleset, abi, entry.path, MayDo::kExecute);
    if (error != 0 && error != ENOENT && error != ENOTDIR) return error;
  }
  return 0;
}

}  // namespace jail::root
