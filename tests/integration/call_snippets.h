// What code may look like and what comes of it: a row for each, a table for each language.
#ifndef JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_
#define JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_

#include <unistd.h>

#include <cstddef>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/integration/call_fixture.h"
#include "tests/integration/pool_process.h"

namespace jailtest {

class CallSnippetsTest : public CallTest {
 protected:
  struct Snippet {
    const char* code;
    const char* expected;  // In front of what comes.
  };
  // Cold, and in a runtime that was started ahead: the same.
  template <size_t count>
  static void Check(const std::string& language, const Snippet (&snippets)[count]) {
    const std::string socket = absl::StrCat("/tmp/call-pool-", getpid());
    const auto pool = StartPoolAt(socket, {"--ready", "2"}, absl::Seconds(250));
    for (const Snippet& snippet : snippets) {
      SCOPED_TRACE(absl::StrCat(language, ": ", snippet.code));
      EXPECT_THAT(Answer(Call(language, snippet.code, Args("--cold"))),
                  testing::StartsWith(snippet.expected));
      EXPECT_THAT(Answer(Call(language, snippet.code, Args("--pool", socket))),
                  testing::StartsWith(snippet.expected));
      ASSERT_TRUE(AwaitPoolReady(socket, 2));
    }
    EXPECT_THAT(PoolStatus(socket), testing::HasSubstr("asked for when none was ready: 1;"));
    StopPool(*pool);
  }

 private:
  template <typename... Words>
  static std::vector<std::string> Args(Words... words) {
    return {"--input", R"({"a":1,"b":2,"s":"é","list":[3,1,2]})", "--wall", "10s", words...};
  }
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_CALL_SNIPPETS_H_
