// The languages every themed test runs over, and where their programs are.
#ifndef JAIL_TESTS_INTEGRATION_LANGUAGES_H_
#define JAIL_TESTS_INTEGRATION_LANGUAGES_H_

#include <signal.h>

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace jailtest {

struct Language {
  const char* name;  // As for --lang.
  const char* extension;
  bool compiled;
  int64_t floor_bytes;  // Memory its runtime needs for itself.
  // How a failure that nobody catches ends it, and a bad address: exit status, or 128 and the signal.
  int uncaught_status;
  int segfault_status;
};

inline constexpr Language kLanguages[] = {
    {"python", "py", false, int64_t{32} << 20, 1, 128 + SIGSEGV},
    {"javascript", "js", false, int64_t{128} << 20, 1, 128 + SIGSEGV},
    {"c", "c", true, int64_t{16} << 20, 128 + SIGABRT, 128 + SIGSEGV},
    {"cpp", "cpp", true, int64_t{16} << 20, 128 + SIGABRT, 128 + SIGSEGV},
    {"typescript", "ts", true, int64_t{128} << 20, 1, 128 + SIGSEGV},
    {"bun", "js", false, int64_t{128} << 20, 1, 128 + SIGSEGV},
    {"java", "java", true, int64_t{64} << 20, 1, 128 + SIGABRT},  // It reports, then aborts.
    {"go", "go", true, int64_t{16} << 20, 2, 2},
};

inline void PrintTo(const Language& language, std::ostream* out) { *out << language.name; }
inline std::string LanguageName(const testing::TestParamInfo<Language>& info) { return info.param.name; }

// A file under tests/integration/programs.
std::string Program(const std::string& name);

// programs/<theme>.<extension>; C++ takes C's where it has none of its own.
std::string Program(const Language& language, const std::string& theme);

// {"--lang", LANGUAGE, options..., PROGRAM}
std::vector<std::string> Args(const Language& language, const std::string& theme,
                              std::vector<std::string> options = {});

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_LANGUAGES_H_
