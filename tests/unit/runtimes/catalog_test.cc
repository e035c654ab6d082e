#include "jail/resolve/catalog.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
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
  EXPECT_THAT(names, IsSupersetOf({"assembly", "bash",    "bun",    "c",          "cpp",  "css",
                                   "erlang",   "fortran", "go",     "html",       "java", "javascript",
                                   "lua",      "nim",     "pascal", "perl",       "php",  "prolog",
                                   "python",   "ruby",    "sqlite", "typescript", "wasm"}));
}

// {"languages gcc", ...}: what tools/deps installs, by its groups.
std::set<std::string> Dependencies() {
  std::set<std::string> dependencies;
  std::ifstream file(JAILTEST_DEPENDENCIES);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string group;
    std::string package;
    words >> group >> package;
    dependencies.insert(absl::StrCat(group, " ", package));
  }
  return dependencies;
}

TEST(CatalogTest, EachDebianPackageIsInTheGroupThatIsInstalledWithIt) {
  const std::set<std::string> dependencies = Dependencies();
  for (const v1::Runtime& runtime : Catalog().runtimes()) {
    const bool on_request = runtime.install().on_request();
    for (const std::string& package : runtime.install().debian_packages()) {
      const bool in_languages = dependencies.count(absl::StrCat("languages ", package)) != 0;
      const bool in_more = dependencies.count(absl::StrCat("languages_more ", package)) != 0;
      EXPECT_TRUE(in_languages || (on_request && in_more)) << runtime.name() << ": " << package;
    }
  }
}

TEST(CatalogTest, OfTheNpmLanguagesEachSaysHowItIsInstalled) {
  for (const char* name : {"bun", "css", "html", "javascript", "typescript", "wasm"}) {
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
