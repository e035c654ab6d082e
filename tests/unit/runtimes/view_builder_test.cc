#include "tools/build/view_builder.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/plan/builtin.h"

namespace jail::build {
namespace {

using Entry = v1::RootView::Entry;

v1::RootView MakeView() {
  v1::RootView view;
  view.set_name("test");
  const auto add = [&](Entry::Kind kind, const char* path) {
    view.add_entries()->set_kind(kind);
    view.mutable_entries(view.entries_size() - 1)->set_path(path);
  };
  add(Entry::KIND_BIND, "/usr");
  add(Entry::KIND_DIR, "/etc");
  add(Entry::KIND_FILE, "/etc/empty");
  return view;
}

void AddEntry(v1::RootView* view, Entry::Kind kind, const std::string& path,
              const std::string& content = "") {
  Entry& entry = *view->add_entries();
  entry.set_kind(kind);
  entry.set_path(path);
  entry.set_content(content);
}

struct BadView {
  const char* complaint;
  void (*spoil)(v1::RootView*);
};

TEST(ViewBuilderTest, RefusesWhatNoJailCouldSetUp) {
  const BadView kCases[] = {
      {"f: name: must have 1 to 31 bytes", [](v1::RootView* view) { view->clear_name(); }},
      {"f: entries: a view needs at least one", [](v1::RootView* view) { view->clear_entries(); }},
      {"f: entries[3] \"/a/b\": its parent \"/a\" must stand before it",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_DIR, "/a/b"); }},
      {"f: entries[3] \"/usr/a\": its parent \"/usr\" is not a KIND_DIR",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_DIR, "/usr/a"); }},
      {"f: entries[3] \"/etc/empty/a\": its parent \"/etc/empty\" is not a KIND_DIR",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_FILE, "/etc/empty/a"); }},
      {"f: entries[3] \"/etc\": stands twice",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_DIR, "/etc"); }},
      {"f: entries[3] \"etc\": is not an absolute path in normal form",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_DIR, "etc"); }},
      {"f: entries[3] \"/etc/../root\": is not an absolute path in normal form",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_BIND, "/etc/../root"); }},
      {"f: entries[3] \"/\": is not an absolute path in normal form",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_BIND, "/"); }},
      {"f: entries[3] \"/x\": has no kind",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_UNSPECIFIED, "/x"); }},
      {"f: entries[3] \"/x\": has no kind",
       [](v1::RootView* view) { AddEntry(view, static_cast<Entry::Kind>(99), "/x"); }},
      {"f: entries[3] \"/x\": needs content",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_LINK, "/x"); }},
      {"f: entries[3] \"/x\": must not have content",
       [](v1::RootView* view) { AddEntry(view, Entry::KIND_DIR, "/x", "y"); }},
  };
  for (const BadView& c : kCases) {
    v1::RootView view = MakeView();
    c.spoil(&view);
    EXPECT_EQ(ViewBuilder().AddView("f", view).message(), c.complaint);
  }
}

TEST(ViewBuilderTest, RuntimesAddOptionalBindsAndMayShareThem) {
  ViewBuilder builder;
  v1::Runtime runtime;
  runtime.add_binds("/etc/java");
  ASSERT_TRUE(builder.AddView("f", MakeView()).ok());
  ASSERT_TRUE(builder.AddBinds("first", runtime).ok());
  ASSERT_TRUE(builder.AddBinds("second", runtime).ok());
  ASSERT_EQ(builder.view().entries_size(), 4);
  EXPECT_EQ(builder.view().entries(3).kind(), Entry::KIND_BIND_OPTIONAL);
  EXPECT_EQ(builder.view().entries(3).path(), "/etc/java");
}

TEST(ViewBuilderTest, ARuntimeCannotBindOverTheView) {
  ViewBuilder builder;
  v1::Runtime runtime;
  runtime.add_binds("/etc");
  ASSERT_TRUE(builder.AddView("f", MakeView()).ok());
  EXPECT_EQ(builder.AddBinds("r", runtime).message(), "r: binds[0] \"/etc\": stands twice");
}

// The promise of the host view, entry by entry: nothing of the host but these is ever bound.
TEST(HostViewTest, BindsNothingOfTheHostButWhatIsPromised) {
  const plan::RootView* host = plan::FindRootView("host");
  ASSERT_NE(host, nullptr);
  std::string bound;
  for (int i = 0; i < host->count; ++i) {
    const plan::ViewEntry& entry = host->entries[i];
    const bool made_here = entry.kind == plan::EntryKind::kDir || entry.kind == plan::EntryKind::kFile ||
                           entry.kind == plan::EntryKind::kLink;
    if (!made_here) bound += std::string(entry.path) + " ";
  }
  EXPECT_EQ(
      bound,
      "/usr /bin /sbin /lib /lib32 /lib64 /libx32 /dev/null /dev/zero /dev/full /dev/random /dev/urandom "
      "/etc/ld.so.cache /etc/alternatives /etc/mono /etc/java-17-openjdk /etc/R ");
}

TEST(HostViewTest, IsFoundByNameAndListed) {
  EXPECT_EQ(plan::RootViewAt(0), plan::FindRootView("host"));
  EXPECT_EQ(plan::RootViewAt(1), nullptr);
  EXPECT_EQ(plan::RootViewAt(-1), nullptr);
  EXPECT_EQ(plan::FindRootView("hos"), nullptr);
  EXPECT_EQ(plan::FindRootView(""), nullptr);
}

}  // namespace
}  // namespace jail::build
