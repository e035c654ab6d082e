// `jailrun exam` as the tests call it: a spec in, a result back.
#ifndef JAIL_TESTS_INTEGRATION_EXAM_FIXTURE_H_
#define JAIL_TESTS_INTEGRATION_EXAM_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jail/exam/names.h"
#include "jail/v1/exam.pb.h"
#include "tests/testlib/jailtest/folder_test.h"

namespace jailtest {

using jail::v1::ExamCase;
using jail::v1::ExamResult;
using jail::v1::ExamSpec;

class ExamTest : public FolderTest {
 protected:
  struct Held {
    Outcome outcome;
    ExamResult result;
  };
  Held Hold(const ExamSpec& spec, std::vector<std::string> args = {}) const {
    std::vector<std::string> argv = {JailrunPath(), "exam", "-", "--record", absl::StrCat("fd:", kRecordFd)};
    argv.insert(argv.end(), args.begin(), args.end());
    Process process(Command{.argv = argv, .stdin_bytes = Bytes(spec), .capture = {kRecordFd}});
    Held held = {process.Finish(), {}};
    EXPECT_TRUE(held.result.ParseFromString(held.outcome.captured[kRecordFd])) << held.outcome.err;
    return held;
  }

  // A binary spec is told from JSON by its first byte, which is never a brace.
  static std::string Bytes(const ExamSpec& spec) { return spec.SerializeAsString(); }

  static ExamSpec Spec(const std::string& language, const std::string& code) {
    ExamSpec spec;
    spec.set_exam_id("exam");
    spec.set_language(language);
    spec.set_code(code);
    spec.mutable_limits()->set_wall_time_ms(5000);
    return spec;
  }
  static ExamCase* AddCase(ExamSpec* spec, const std::string& input, const std::string& expected) {
    ExamCase* one = spec->add_cases();
    one->set_stdin(input);
    one->set_expected_stdout(expected);
    return one;
  }
  static ExamCase* AddCall(ExamSpec* spec, const std::string& args, const std::string& expected) {
    ExamCase* one = spec->add_cases();
    one->set_entry("f");
    one->set_args_json(args);
    one->set_expected_json(expected);
    return one;
  }

  // "timing_anomaly critical", but for what says that this machine is busy.
  static std::vector<std::string> Flags(const jail::v1::CaseResult& one) {
    std::vector<std::string> flags;
    for (const jail::v1::ExamFlag& flag : one.verification().flags()) {
      if (flag.type() == jail::v1::ExamFlag::LOW_TIMING_TRUST) continue;
      flags.push_back(
          absl::StrCat(jail::exam::NameOf(flag.type()), " ", jail::exam::NameOf(flag.severity())));
    }
    return flags;
  }
  static std::vector<bool> Passed(const ExamResult& result) {
    std::vector<bool> passed;
    for (const jail::v1::CaseResult& one : result.cases()) passed.push_back(one.passed());
    return passed;
  }

  Outcome Verify(std::vector<std::string> args) const {
    args.insert(args.begin(), {JailrunPath(), "verify"});
    Process process(Command{.argv = args});
    return process.Finish();
  }
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_EXAM_FIXTURE_H_
