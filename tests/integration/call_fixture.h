// `jailrun call` as the tests call it: code in, an answer out.
#ifndef JAIL_TESTS_INTEGRATION_CALL_FIXTURE_H_
#define JAIL_TESTS_INTEGRATION_CALL_FIXTURE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {

class CallTest : public JailTest {
 protected:
  static Outcome Call(const std::string& language, const std::string& code,
                      std::vector<std::string> args = {}) {
    std::vector<std::string> argv = {JailrunPath(), "call", "--lang", language, "-"};
    argv.insert(argv.end(), args.begin(), args.end());
    Process process(Command{.argv = argv, .stdin_bytes = code});
    return process.Finish();
  }

  // "5" or "! TypeError: x is not a function (line 1, column 2)".
  static std::string Answer(const Outcome& outcome) {
    if (outcome.exit_code == 0) return outcome.out.substr(0, outcome.out.size() - 1);
    const size_t at = outcome.err.find("jailrun: ");
    const std::string said = at == std::string::npos ? outcome.err : outcome.err.substr(at + 9);
    return absl::StrCat("! ", said.substr(0, said.find('\n')));
  }

  // Answers with the arguments, but for "fail" and "slow".
  static std::string Handler() {
    return "exec /usr/bin/python3 -c '\n"
           "import json, sys, time\n"
           "for line in sys.stdin:\n"
           "    q = json.loads(line)\n"
           "    if q[\"name\"] == \"slow\": time.sleep(1)\n"
           "    a = {\"id\": q[\"id\"], \"ok\": q[\"name\"] != \"fail\", \"value\": q[\"args\"], \"error\": "
           "\"no such thing\"}\n"
           "    print(json.dumps(a), flush=True)\n'";
  }
  static Outcome CallWithHost(const std::string& language, const std::string& code,
                              std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"--function", "api.request", "--function",     "fail",
                                     "--function", "slow",        "--host-command", Handler()};
    args.insert(args.end(), more.begin(), more.end());
    return Call(language, code, args);
  }
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_CALL_FIXTURE_H_
