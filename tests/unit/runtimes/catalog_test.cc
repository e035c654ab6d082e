#include "jail/resolve/catalog.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::resolve {
namespace {

using ::testing::ElementsAre;

std::string NameOf(const v1::Runtime* runtime) { return runtime == nullptr ? "" : runtime->name(); }

TEST(CatalogTest, HoldsTheLanguagesByName) {
  std::vector<std::string> names;
  for (const v1::Runtime& runtime : Catalog().runtimes()) names.push_back(runtime.name());
  EXPECT_THAT(names, ElementsAre("c", "cpp", "go", "java", "javascript", "python"));
}

TEST(CatalogTest, FindsByNameAndAliasWhateverTheCase) {
  EXPECT_EQ(NameOf(FindLanguage("python").value()), "python");
  EXPECT_EQ(NameOf(FindLanguage("Py").value()), "python");
  EXPECT_EQ(NameOf(FindLanguage("C++").value()), "cpp");
  EXPECT_EQ(NameOf(FindLanguage("Node").value()), "javascript");
}

TEST(CatalogTest, SuggestsForAnUnknownName) {
  EXPECT_EQ(FindLanguage("pyton").status().message(),
            "no language \"pyton\", did you mean \"python\"? (known: c, cpp, go, java, javascript, python)");
  EXPECT_EQ(FindLanguage("cobol").status().message(),
            "no language \"cobol\" (known: c, cpp, go, java, javascript, python)");
  EXPECT_TRUE(absl::IsNotFound(FindLanguage("").status()));
}

TEST(CatalogTest, FindsByExtension) {
  EXPECT_EQ(NameOf(FindByExtension("main.py")), "python");
  EXPECT_EQ(NameOf(FindByExtension("a.b/x.CC")), "cpp");
  EXPECT_EQ(NameOf(FindByExtension("x.tar.mjs")), "javascript");
  for (const char* path : {"", "py", ".py", "a.py/x", "x.", "x.rs"})
    EXPECT_EQ(FindByExtension(path), nullptr) << path;
}

}  // namespace
}  // namespace jail::resolve
