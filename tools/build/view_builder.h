// Puts a root view together entry by entry and refuses what a jail could not set up: the helper walks
// the table as it stands and has no better answer than an errno. Errors name file and entry:
// "rootfs/host.textproto: entries[3] \"/var/tmp\": its parent \"/var\" must stand before it".
#ifndef JAIL_TOOLS_BUILD_VIEW_BUILDER_H_
#define JAIL_TOOLS_BUILD_VIEW_BUILDER_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "jail/v1/rootfs.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::build {

// What each kind is called in C++ and whether it has content or can hold other entries.
struct KindRow {
  v1::RootView::Entry::Kind kind;
  const char* constant;
  bool needs_content;
  bool may_have_content;
  bool holds_entries;
};

// The row of KIND_UNSPECIFIED for a kind there is not.
const KindRow& FindKind(v1::RootView::Entry::Kind kind);

class ViewBuilder {
 public:
  // The view's own entries. Once, and first.
  absl::Status AddView(const std::string& file, const v1::RootView& source);
  // What a runtime needs beyond it: optional binds. Two runtimes may need the same path.
  absl::Status AddBinds(const std::string& file, const v1::Runtime& runtime);

  const v1::RootView& view() const { return view_; }

 private:
  absl::Status Add(const std::string& where, const v1::RootView::Entry& entry);

  v1::RootView view_;
  std::map<std::string, const KindRow*> kinds_;
  std::set<std::string> binds_;
};

}  // namespace jail::build

#endif  // JAIL_TOOLS_BUILD_VIEW_BUILDER_H_
