#include "tools/jailrun/render.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/parsed.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/sweep.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/timeline.h"
#include "tools/jailrun/version.h"

namespace jail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kTimeLimit[] = R"pb(
  job_id: "j1"
  verdict: VERDICT_CPU_TIME_LIMIT
  summary: "Stopped after 2.00 s of CPU time (limit 2 s)."
  phases {
    kind: KIND_RUN
    verdict: VERDICT_CPU_TIME_LIMIT
    term_signal: 9
    stdout { content: "one\n" total_bytes: 4 }
    usage { wall_time_us: 2010000 cpu_time_us: 2001000 memory_peak_bytes: 1048576 processes_peak: 1 }
    limit_hits {
      resource: RESOURCE_CPU_TIME_MS
      limit: 2000
      observed: 2001
      events: 1
      ended_run: true
      overshoot_us: 900
    }
    limits { resource: RESOURCE_CPU_TIME_MS requested: 2000 effective: 2000 mechanism: "timerfd" }
    limits { resource: RESOURCE_PROCESSES requested: 50 mechanism: "" }
    violations {
      syscall: "ptrace"
      number: 101
      arch: "x86_64"
      count: 3
      answer: "EPERM"
      text: "ptrace(PTRACE_ATTACH, 1, 0, 0)"
      decided_by: "policy \"default\": no rule names this call"
      to_allow: "policy/default.textproto: rules { ... }"
    }
    denied_calls: 3
  }
  isolation {
    mode: MODE_PRIVILEGED
    host_uid: 1900000001
    layers {
      protection: PROTECTION_PID_NAMESPACE
      requested: true
      state: STATE_ENFORCED
      mechanism: "clone"
      verified: true
    }
    layers { protection: PROTECTION_LANDLOCK state: STATE_UNAVAILABLE detail: "later" }
  }
  provenance {
    jail_version: "0.1.0"
    language: "python"
    runtime: "CPython 3"
    policy: "default"
    policy_sha256: "\001\002"
  }
  timeline {
    resolve_us: 100
    setup_us: 3000
    total_us: 2020000
    steps { phase: "run" step: "mount_rootfs" duration_us: 600 }
  }
  cleanup { state: STATE_CLEAN processes_killed: 7 groups_removed: 3 namespaces_gone: true }
)pb";

TEST(RenderTest, TheVerdictStandsFirst) {
  EXPECT_THAT(RenderRecord(ParsedRecord(kTimeLimit)),
              StartsWith("CPU TIME LIMIT: Stopped after 2.00 s of CPU time (limit 2 s).\n"));
}

TEST(RenderTest, EverythingInTheRecordIsTold) {
  const std::string text = RenderRecord(ParsedRecord(kTimeLimit));
  for (const char* part : {"Run: signal 9 (SIGKILL), CPU TIME LIMIT",
                           "2.00 s",
                           "timerfd",
                           "REACHED, ended the run",
                           "over by 900 us",
                           "50 NOT ENFORCED",
                           "ptrace(PTRACE_ATTACH, 1, 0, 0)",
                           "no rule names this call",
                           "to allow it: policy/default",
                           "3 times",
                           "answered EPERM",
                           "| one",
                           "uid 1900000001 of the host",
                           "pid namespace",
                           "read back",
                           "landlock",
                           "UNAVAILABLE",
                           "python (CPython 3)",
                           "sha256 0102",
                           "mount_rootfs",
                           "600 us",
                           "processes killed  7",
                           "groups removed    3",
                           "gone, and every mount"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(RenderTest, TheSummaryIsShorterAndLeavesTheOutputOut) {
  const std::string text = RenderSummary(ParsedRecord(kTimeLimit));
  EXPECT_THAT(text, HasSubstr("REACHED"));
  EXPECT_THAT(text, HasSubstr("1 layers enforced; UNAVAILABLE: landlock"));
  EXPECT_THAT(text, Not(HasSubstr("| one")));
}

TEST(RenderTest, AFailureNamesStepSubjectErrnoAndCure) {
  const std::string text = RenderRecord(ParsedRecord(R"pb(
    verdict: VERDICT_JAIL_ERROR
    summary: "The jail could not be made."
    failure {
      origin: ORIGIN_HOST
      step: "mount_rootfs"
      error_number: 2
      error_name: "ENOENT"
      subject: "/usr/lib/jvm"
      message: "no such directory"
      hint: "Install it."
    })pb"));
  for (const char* part : {"mount_rootfs", "/usr/lib/jvm", "ENOENT (2)", "Install it.", "administrator"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

// P25: every text field is a stranger's.
TEST(RenderTest, NoControlByteGetsOut) {
  const v1::ResultRecord record = ParsedRecord(R"pb(
    job_id: "\033"
    verdict: VERDICT_OK
    summary: "\033]0;x\007"
    phases {
      stdout { content: "\033[2J\n\233" total_bytes: 7 tail: "\033c" truncated: true }
      violations {
        syscall: "\033"
        arch: "\033"
        answer: "\033"
        text: "\033"
        decided_by: "\033"
        to_allow: "\033"
      }
      limits { resource: RESOURCE_STACK_BYTES mechanism: "\033" }
    }
    artifacts { path: "\033\n" }
    failure {
      step: "\033"
      subject: "\033"
      field: "\033"
      message: "\033"
      hint: "\033"
      error_number: 1
      error_name: "\033"
    }
    isolation { layers { mechanism: "\033" detail: "\033" } }
    provenance {
      language: "\033"
      runtime: "\033"
      policy: "\033"
      rootfs: "\033"
      kernel_release: "\033"
      jail_version: "\033"
    }
    timeline { steps { phase: "\033" step: "\033" } })pb");
  for (const std::string& text : {RenderRecord(record), RenderSummary(record)}) {
    for (char byte : text) EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte < 0x7f)) << int{byte};
  }
}

TEST(RenderTest, AnEmptyRecordIsRendered) {
  EXPECT_THAT(RenderRecord(v1::ResultRecord()), HasSubstr("UNSPECIFIED"));
}

TEST(RenderTest, AnUnknownVerdictIsRendered) {
  v1::ResultRecord record;
  record.set_verdict(static_cast<v1::Verdict>(99));
  EXPECT_THAT(RenderRecord(record), HasSubstr("UNKNOWN VERDICT"));
}

TEST(RenderTest, WhatWasNotRemovedIsTold) {
  const std::string text = RenderRecord(ParsedRecord(R"pb(
    cleanup { state: STATE_INCOMPLETE step: "remove_cgroup" error_number: 16 error_name: "EBUSY" }
  )pb"));
  for (const char* part : {"NOT EVERYTHING WAS REMOVED", "remove_cgroup", "EBUSY", "jailrun sweep"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

v1::SweepReport SweepReport(bool privileged, int removed, int alive, int dying) {
  v1::SweepReport report;
  report.set_privileged(privileged);
  report.set_runs_removed(removed);
  report.set_groups_removed(3 * removed);
  report.set_runs_alive(alive);
  report.set_runs_dying(dying);
  return report;
}

TEST(TimelineTest, StepsStandInTheOrderOfTheClockAndSamplesAreThinned) {
  v1::ResultRecord record =
      ParsedRecord(R"pb(timeline {
                          resolve_us: 9
                          steps { phase: "run" step: "exec\033[2J" start_us: 300 duration_us: 2 }
                          steps { phase: "run" step: "mount_tmp" start_us: 100 duration_us: 50 }
                        })pb");
  for (int i = 1; i <= 200; ++i) {
    v1::ResourceSample* sample = record.mutable_timeline()->add_samples();
    sample->set_at_us(i * 10'000);
    sample->set_stdout_bytes(i);
  }
  const std::string text = RenderTimeline(record);
  EXPECT_LT(text.find("mount_tmp  "), text.find("exec"));
  EXPECT_THAT(text, HasSubstr("at 100 us  took 50 us"));
  EXPECT_THAT(text, HasSubstr("200 bytes")) << "the last sample is always there";
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 2 + 1 + 1 + 20 + 1);
  EXPECT_EQ(RenderTimeline(v1::ResultRecord()), "");
}

TEST(SweepTest, WhatWasRemovedAndWhatWasNotIsTold) {
  EXPECT_EQ(RenderSweep(SweepReport(true, 0, 0, 0)), "Nothing was left behind.\n");
  EXPECT_EQ(RenderSweep(SweepReport(true, 1, 2, 0)),
            "Removed what 1 killed run had left: 3 control groups, 0 processes killed.\n"
            "Left alone: 2 runs that are alive.\n");
  EXPECT_THAT(RenderSweep(SweepReport(true, 2, 0, 1)), HasSubstr("still dying: sweep again"));
}

TEST(SweepTest, WithoutPrivilegeItSaysWhoCan) {
  EXPECT_THAT(RenderSweep(SweepReport(false, 0, 0, 0)), HasSubstr("run jailrun sweep as root"));
}

TEST(SweepTest, AFailureNamesItsCure) {
  v1::SweepReport report = SweepReport(true, 0, 0, 0);
  report.mutable_failure()->set_step("sweep");
  report.mutable_failure()->set_hint("mend it");
  EXPECT_THAT(RenderSweep(report), HasSubstr("mend it"));
}

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table(2);
  table.Row({"a", "b"});
  table.Row({"ccc", "", "d"});
  table.Row({"é", "x"});
  EXPECT_EQ(table.Text(), "  a    b\n  ccc     d\n  é    x\n");
}

TEST(WrapTest, BreaksBetweenWordsBehindTheIndent) {
  const std::string word(60, 'x');
  EXPECT_EQ(Wrap(word + " " + word, 2), word + "\n  " + word);
  EXPECT_EQ(Wrap("a b", 2), "a b");
}

TEST(RecordTextTest, BinaryAndJsonBothComeBack) {
  const v1::ResultRecord record = ParsedRecord(kTimeLimit);
  EXPECT_EQ(ParseRecord(record.SerializeAsString())->DebugString(), record.DebugString());
  const std::string json = ToJson(record).value();
  EXPECT_THAT(json, HasSubstr("\"cpu_time_us\": \"2001000\""));
  EXPECT_EQ(ParseRecord("\n " + json)->DebugString(), record.DebugString());
}

v1::Output OutputInJson(const v1::Output& output) {
  v1::ResultRecord record;
  *record.add_phases()->mutable_stdout() = output;
  v1::ResultRecord parsed;
  // Not ParseRecord, which drops the text again.
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(ToJson(record).value(), &parsed).ok());
  return parsed.phases(0).stdout();
}

TEST(RecordTextTest, JsonHasTheOutputAsTextBesideItsBytes) {
  v1::Output output;
  output.set_content("gr\xc3\xbc\xc3\x9f\n\"</script>");
  const v1::Output json = OutputInJson(output);
  EXPECT_EQ(json.text(), output.content());
  EXPECT_EQ(json.content(), output.content());
  EXPECT_FALSE(json.text_replaced());
}

TEST(RecordTextTest, TextOfACutStreamHasNoHalfCharacters) {
  v1::Output output;
  output.set_content("a\xe2\x82");
  output.set_tail("\x82\xacz");
  EXPECT_TRUE(OutputInJson(output).text_replaced());  // Not cut: then they are simply broken.
  output.set_truncated(true);
  const v1::Output json = OutputInJson(output);
  EXPECT_EQ(json.text(), "a");
  EXPECT_EQ(json.tail_text(), "z");
  EXPECT_FALSE(json.text_replaced());
  EXPECT_EQ(json.content(), output.content());
}

TEST(RecordTextTest, BrokenTextIsMarked) {
  v1::Output output;
  output.set_content(std::string("\0\xff", 2));
  const v1::Output json = OutputInJson(output);
  EXPECT_EQ(json.text(), std::string("\0\xef\xbf\xbd", 4));
  EXPECT_TRUE(json.text_replaced());
  EXPECT_EQ(json.content(), output.content());
}

TEST(RecordTextTest, WhatIsNoRecordIsRefused) {
  for (const char* text : {"", "hello", "{}", "{\"verdict\": 7", "{\"a\":1}", "\x08"}) {
    EXPECT_FALSE(ParseRecord(text).ok()) << text;
  }
}

TEST(RecordTextTest, NewerFieldsAreIgnored) {
  EXPECT_EQ(ParseRecord(R"({"verdict": "VERDICT_OK", "from_the_future": 1})")->verdict(), v1::VERDICT_OK);
}

TEST(RecordTextTest, APlanShowsChecksumsInHexadecimalAndCutsContents) {
  v1::RunPlan plan;
  plan.add_phases()->set_policy_sha256("\x01\xff");
  plan.mutable_phases(0)->add_files()->set_content(std::string(100000, 'x'));
  const std::string text = PlanText(plan);
  EXPECT_THAT(text, HasSubstr("policy_sha256: \"01ff\""));
  EXPECT_LT(text.size(), 1000U);
}

TEST(VersionTest, TellsPartsByChecksum) {
  const std::vector<BuiltinPart> parts = {{"policy", "default", "\x0a\x0b"}};
  EXPECT_THAT(RenderVersion(parts), HasSubstr("policy default  sha256 0a0b"));
  EXPECT_THAT(VersionJson(parts), HasSubstr("\"sha256\": \"0a0b\""));
}

}  // namespace
}  // namespace jail::cli
