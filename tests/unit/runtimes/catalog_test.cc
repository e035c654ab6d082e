#include "jail/resolve/catalog.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::resolve {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;

std::string NameOf(const v1::Runtime* runtime) { return runtime == nullptr ? "" : runtime->name(); }

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const v1::Runtime& runtime : Catalog().runtimes()) names.push_back(runtime.name());
  return names;
}

TEST(CatalogTest, HoldsTheLanguagesByName) {
  const std::vector<std::string> names = Names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, IsSupersetOf({"bun", "c", "cpp", "css", "go", "html", "java", "javascript", "python",
                                   "typescript"}));
}

TEST(CatalogTest, OfTheNpmLanguagesEachSaysHowItIsInstalled) {
  for (const char* name : {"bun", "css", "html", "javascript", "typescript"}) {
    EXPECT_THAT(FindLanguage(name).value()->install().toolchains(), Contains(name)) << name;
  }
}

TEST(CatalogTest, FindsByNameAndAliasWhateverTheCase) {
  EXPECT_EQ(NameOf(FindLanguage("python").value()), "python");
  EXPECT_EQ(NameOf(FindLanguage("Py").value()), "python");
  EXPECT_EQ(NameOf(FindLanguage("C++").value()), "cpp");
  EXPECT_EQ(NameOf(FindLanguage("Node").value()), "javascript");
}

TEST(CatalogTest, SuggestsForAnUnknownName) {
  EXPECT_EQ(FindLanguage("pyton").status().message(),
            absl::StrCat("no language \"pyton\", did you mean \"python\"? (known: ",
                         absl::StrJoin(Names(), ", "), ")"));
  EXPECT_EQ(FindLanguage("cobol").status().message(),
            absl::StrCat("no language \"cobol\" (known: ", absl::StrJoin(Names(), ", "), ")"));
  EXPECT_TRUE(absl::IsNotFound(FindLanguage("").status()));
}

TEST(CatalogTest, FindsByExtension) {
  EXPECT_EQ(NameOf(FindByExtension("main.py")), "python");
  EXPECT_EQ(NameOf(FindByExtension("a.b/x.CC")), "cpp");
  EXPECT_EQ(NameOf(FindByExtension("x.tar.mjs")), "javascript");
  EXPECT_EQ(NameOf(FindByExtension("x.mts")), "typescript");
  EXPECT_EQ(NameOf(FindByExtension("x.htm")), "html");
  for (const char* path : {"", "py", ".py", "a.py/x", "x.", "x.zzz"})
    EXPECT_EQ(FindByExtension(path), nullptr) << path;
}

}  // namespace
}  // namespace jail::resolve
