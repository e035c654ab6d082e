// What code may look like and what comes of it: a row for each, a table for each language.
#ifndef JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_
#define JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/integration/call_fixture.h"

namespace jailtest {

class CallSnippetsTest : public CallTest {
 protected:
  struct Snippet {
    const char* code;
    const char* expected;  // In front of what comes.
  };
  template <size_t count>
  static void Check(const std::string& language, const Snippet (&snippets)[count]) {
    for (const Snippet& snippet : snippets) {
      const std::vector<std::string> args = {"--input", R"({"a":1,"b":2,"s":"é","list":[3,1,2]})", "--wall",
                                             "10s"};
      EXPECT_THAT(Answer(Call(language, snippet.code, args)), testing::StartsWith(snippet.expected))
          << language << ": " << snippet.code;
    }
  }
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_
