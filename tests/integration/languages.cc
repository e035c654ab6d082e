#include "tests/integration/languages.h"

#include <filesystem>

#include "absl/strings/str_cat.h"

namespace jailtest {

std::string Program(const std::string& name) { return absl::StrCat(JAILTEST_PROGRAMS, "/", name); }

std::string Program(const Language& language, const std::string& theme) {
  const std::string own = Program(absl::StrCat(theme, ".", language.extension));
  return std::filesystem::exists(own) ? own : Program(absl::StrCat(theme, ".c"));
}

std::vector<std::string> Args(const Language& language, const std::string& theme,
                              std::vector<std::string> options) {
  std::vector<std::string> args = {"--lang", language.name};
  args.insert(args.end(), options.begin(), options.end());
  args.push_back(Program(language, theme));
  return args;
}

}  // namespace jailtest
