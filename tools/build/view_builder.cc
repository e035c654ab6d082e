#include "tools/build/view_builder.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/plan/layout.h"
#include "tools/build/data.h"

namespace jail::build {
namespace {

using Entry = v1::RootView::Entry;

constexpr KindRow kKinds[] = {
    {Entry::KIND_DIR, "kDir", false, false, true},
    {Entry::KIND_BIND, "kBind", false, false, false},
    {Entry::KIND_BIND_OPTIONAL, "kBindOptional", false, false, false},
    {Entry::KIND_FILE, "kFile", false, true, false},
    {Entry::KIND_LINK, "kLink", true, true, false},
    {Entry::KIND_LINK_OR_BIND, "kLinkOrBind", false, false, false},
    {Entry::KIND_DEVICE, "kDevice", false, false, false},
};

constexpr KindRow kNoKind = {Entry::KIND_UNSPECIFIED, "", false, false, false};

absl::string_view Parent(absl::string_view path) { return path.substr(0, path.rfind('/')); }

absl::Status CheckEntry(const std::string& where, const KindRow& kind, const Entry& entry) {
  if (kind.kind == Entry::KIND_UNSPECIFIED) return Bad(where, "has no kind");
  if (!IsNormalPath(entry.path())) return Bad(where, "is not an absolute path in normal form");
  if (kind.needs_content && entry.content().empty()) return Bad(where, "needs content");
  if (!kind.may_have_content && !entry.content().empty()) return Bad(where, "must not have content");
  return absl::OkStatus();
}

}  // namespace

const KindRow& FindKind(Entry::Kind kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kNoKind;
}

absl::Status ViewBuilder::AddView(const std::string& file, const v1::RootView& source) {
  if (source.name().empty() || source.name().size() > plan::kMaxNameBytes) {
    return Bad(file, absl::StrCat("name: must have 1 to ", plan::kMaxNameBytes, " bytes"));
  }
  if (source.entries().empty()) return Bad(file, "entries: a view needs at least one");
  view_.set_name(source.name());
  for (int i = 0; i < source.entries_size(); ++i) {
    JAIL_RETURN_IF_ERROR(Add(absl::StrCat(file, ": entries[", i, "]"), source.entries(i)));
  }
  return absl::OkStatus();
}

absl::Status ViewBuilder::AddBinds(const std::string& file, const v1::Runtime& runtime) {
  for (int i = 0; i < runtime.binds_size(); ++i) {
    if (binds_.count(runtime.binds(i)) != 0) continue;
    Entry entry;
    entry.set_kind(Entry::KIND_BIND_OPTIONAL);
    entry.set_path(runtime.binds(i));
    JAIL_RETURN_IF_ERROR(Add(absl::StrCat(file, ": binds[", i, "]"), entry));
    binds_.insert(runtime.binds(i));
  }
  return absl::OkStatus();
}

absl::Status ViewBuilder::Add(const std::string& where, const Entry& entry) {
  const std::string subject = absl::StrCat(where, " \"", entry.path(), "\"");
  const KindRow& kind = FindKind(entry.kind());
  JAIL_RETURN_IF_ERROR(CheckEntry(subject, kind, entry));
  if (kinds_.count(entry.path()) != 0) return Bad(subject, "stands twice");
  const std::string parent(Parent(entry.path()));
  const auto above = kinds_.find(parent);
  if (!parent.empty() && above == kinds_.end()) {
    return Bad(subject, absl::StrCat("its parent \"", parent, "\" must stand before it"));
  }
  if (!parent.empty() && !above->second->holds_entries) {
    return Bad(subject, absl::StrCat("its parent \"", parent, "\" is not a KIND_DIR"));
  }
  kinds_[entry.path()] = &kind;
  *view_.add_entries() = entry;
  return absl::OkStatus();
}

}  // namespace jail::build
