// viewc OUT.cc VIEW.textproto... -- RUNTIME.textproto...
// Compiles root views, each with every runtime's binds added to it, into the constant tables behind
// plan::FindRootView. Refuses at build time what a jail could not set up: the helper walks the table
// as it stands and has no better answer than an errno.
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/plan/layout.h"
#include "jail/v1/rootfs.pb.h"
#include "jail/v1/runtime.pb.h"
#include "tools/build/data.h"

namespace jail::build {
namespace {

using Entry = v1::RootView::Entry;

// What each kind is called in C++ and whether it has content or can hold other entries.
struct KindRow {
  Entry::Kind kind;
  const char* constant;
  bool needs_content;
  bool may_have_content;
  bool holds_entries;
};
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

const KindRow& FindKind(Entry::Kind kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kNoKind;
}

absl::string_view Parent(absl::string_view path) { return path.substr(0, path.rfind('/')); }

// One view under construction: its entries so far, by path.
class View {
 public:
  explicit View(std::string file) : file_(std::move(file)) {}

  absl::Status Read() {
    v1::RootView source;
    JAIL_RETURN_IF_ERROR(ReadTextproto(file_, &source));
    if (source.name().empty() || source.name().size() > plan::kMaxNameBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ": name: must have 1 to ", plan::kMaxNameBytes, " bytes"));
    }
    view_.set_name(source.name());
    for (int i = 0; i < source.entries_size(); ++i) {
      JAIL_RETURN_IF_ERROR(Add(source.entries(i), absl::StrCat(file_, ": entries[", i, "]")));
    }
    if (source.entries_size() != 0) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(file_, ": entries: a view needs at least one"));
  }

  absl::Status Add(const Entry& entry, const std::string& where) {
    const std::string subject = absl::StrCat(where, " \"", entry.path(), "\": ");
    const auto bad = [&](absl::string_view what) {
      return absl::InvalidArgumentError(subject + std::string(what));
    };
    const KindRow& kind = FindKind(entry.kind());
    if (kind.kind == Entry::KIND_UNSPECIFIED) return bad("has no kind");
    if (!IsNormalPath(entry.path())) return bad("is not an absolute path in normal form");
    if (kinds_.count(entry.path()) != 0) return bad("stands twice");
    if (kind.needs_content && entry.content().empty()) return bad("needs content");
    if (!kind.may_have_content && !entry.content().empty()) return bad("must not have content");
    const std::string parent(Parent(entry.path()));
    if (!parent.empty()) {
      const auto found = kinds_.find(parent);
      if (found == kinds_.end()) return bad(absl::StrCat("its parent \"", parent, "\" must stand before it"));
      if (!found->second->holds_entries)
        return bad(absl::StrCat("its parent \"", parent, "\" is not a KIND_DIR"));
    }
    kinds_[entry.path()] = &kind;
    *view_.add_entries() = entry;
    return absl::OkStatus();
  }

  bool Has(const std::string& path) const { return kinds_.count(path) != 0; }
  const v1::RootView& proto() const { return view_; }

 private:
  std::string file_;
  v1::RootView view_;
  std::map<std::string, const KindRow*> kinds_;
};

// Two runtimes may need the same path; the second is no mistake.
absl::Status AddBinds(const std::vector<std::string>& runtime_files, View* view) {
  std::set<std::string> added;
  for (const std::string& file : runtime_files) {
    v1::Runtime runtime;
    JAIL_RETURN_IF_ERROR(ReadTextproto(file, &runtime));
    for (int i = 0; i < runtime.binds_size(); ++i) {
      if (added.count(runtime.binds(i)) != 0) continue;
      Entry entry;
      entry.set_kind(Entry::KIND_BIND_OPTIONAL);
      entry.set_path(runtime.binds(i));
      JAIL_RETURN_IF_ERROR(view->Add(entry, absl::StrCat(file, ": binds[", i, "]")));
      added.insert(runtime.binds(i));
    }
  }
  return absl::OkStatus();
}

std::string EntriesCode(const v1::RootView& view, size_t index) {
  std::string code = absl::StrCat("constexpr ViewEntry kEntries", index, "[] = {\n");
  for (const Entry& entry : view.entries()) {
    const KindRow& kind = FindKind(entry.kind());
    const std::string content =
        kind.may_have_content ? absl::StrCat("\"", absl::CEscape(entry.content()), "\"") : "nullptr";
    absl::StrAppend(&code, "    {EntryKind::", kind.constant, ", \"", absl::CEscape(entry.path()), "\", ",
                    content, ", ", entry.content().size(), "},\n");
  }
  return absl::StrCat(code, "};\n");
}

constexpr absl::string_view kPrologue =
    R"(// Generated by viewc from rootfs/ and runtimes/; changes here are lost.
#include "jail/plan/builtin.h"

namespace jail::plan {
namespace {

)";

constexpr absl::string_view kEpilogue = R"(
constexpr int kViewCount = sizeof(kViews) / sizeof(kViews[0]);

bool SameText(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

}  // namespace

const RootView* FindRootView(const char* name) {
  for (const RootView& view : kViews) {
    if (SameText(view.name, name)) return &view;
  }
  return nullptr;
}

const RootView* RootViewAt(int index) { return index >= 0 && index < kViewCount ? &kViews[index] : nullptr; }

}  // namespace jail::plan
)";

std::string Code(const std::vector<View>& views) {
  std::string tables;
  std::string rows;
  for (size_t i = 0; i < views.size(); ++i) {
    const v1::RootView& view = views[i].proto();
    absl::StrAppend(&tables, EntriesCode(view, i), "\n");
    absl::StrAppend(&rows, "    {\"", absl::CEscape(view.name()), "\", {", ByteList(Sha256(Serialize(view))),
                    "\n    }, ", view.entries_size(), ", kEntries", i, "},\n");
  }
  return absl::StrCat(kPrologue, tables, "constexpr RootView kViews[] = {\n", rows, "};\n", kEpilogue);
}

absl::Status Compile(const std::string& out, const std::vector<std::string>& view_files,
                     const std::vector<std::string>& runtime_files) {
  std::vector<View> views;
  std::set<std::string> names;
  for (const std::string& file : view_files) {
    views.emplace_back(file);
    JAIL_RETURN_IF_ERROR(views.back().Read());
    JAIL_RETURN_IF_ERROR(AddBinds(runtime_files, &views.back()));
    if (names.insert(views.back().proto().name()).second) continue;
    return absl::InvalidArgumentError(absl::StrCat(file, ": name: another view has it"));
  }
  return WriteFile(out, Code(views));
}

}  // namespace
}  // namespace jail::build

int main(int argc, char** argv) {
  std::vector<std::string> lists[2];
  int list = 0;
  for (int i = 2; i < argc; ++i) {
    if (absl::string_view(argv[i]) == "--") {
      list = 1;
    } else {
      lists[list].push_back(argv[i]);
    }
  }
  if (lists[0].empty()) {
    std::fprintf(stderr, "usage: viewc OUT.cc VIEW.textproto... -- RUNTIME.textproto...\n");
    return 2;
  }
  const absl::Status status = jail::build::Compile(argv[1], lists[0], lists[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "viewc: %s\n", std::string(status.message()).c_str());
  return 1;
}
