#include "tools/jailrun/html.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace jail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::ResultRecord Record() {
  v1::ResultRecord record;
  const bool parsed = google::protobuf::TextFormat::ParseFromString(
      R"pb(
        job_id: "j1"
        verdict: VERDICT_MEMORY_LIMIT
        summary: "Out of memory."
        phases {
          kind: KIND_RUN
          verdict: VERDICT_MEMORY_LIMIT
          term_signal: 9
          usage { cpu_time_us: 500000 wall_time_us: 600000 memory_peak_bytes: 67108864 }
          limits { resource: RESOURCE_CPU_TIME_MS requested: 2000 effective: 2000 mechanism: "timerfd" }
          limits {
            resource: RESOURCE_MEMORY_BYTES
            requested: 67108864
            effective: 67108864
            mechanism: "memory.max"
          }
          limit_hits { resource: RESOURCE_MEMORY_BYTES limit: 67108864 ended_run: true }
          stdout { content: "head" tail: "tail" total_bytes: 99 truncated: true sha256: "\001\377" }
          timing { trust: TRUST_LOW reason: "the hypervisor took 41.0 ms of CPU time" }
        }
        isolation {
          layers { protection: PROTECTION_SECCOMP state: STATE_ENFORCED mechanism: "filter" verified: true }
        }
        provenance { limits { cpu_time_ms: 2000 memory_bytes: 67108864 processes: 50 output_bytes: 1000 } }
        timeline {
          steps { phase: "run" step: "mount_rootfs" start_us: 100 duration_us: 300 }
          steps { phase: "run" step: "supervise" start_us: 400 duration_us: 600000 }
          steps { phase: "run" step: "remove_cgroup" start_us: 600400 duration_us: 600 }
          samples { at_us: 0 memory_anonymous_bytes: 1000 processes: 1 }
          samples {
            at_us: 600000
            cpu_time_us: 500000
            memory_anonymous_bytes: 67000000
            memory_file_bytes: 99
            stdout_bytes: 900
            processes: 1
          }
        }
      )pb",
      &record);
  EXPECT_TRUE(parsed);
  return record;
}

TEST(HtmlTest, ShowsEveryPartOfARun) {
  const std::string page = RenderHtml(Record());
  for (const char* part :
       {"MEMORY LIMIT</span> Out of memory.", "memory.max", "REACHED, ended the run", "seccomp",
        "mount_rootfs", "anonymous memory", "sha256 01ff", "head", "tail", "hypervisor", "signal 9"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(HtmlTest, BarsShowTheShareOfTheLimit) {
  const std::string page = RenderHtml(Record());
  EXPECT_THAT(page, HasSubstr("<span class=\"part\" style=\"width:25.00%\">"));   // 0.5 s of 2 s
  EXPECT_THAT(page, HasSubstr("<span class=\"full\" style=\"width:100.00%\">"));  // All the memory.
}

// 400 us before, 600 us after, and in between the program's 600 ms, drawn as half of those 1000 us.
TEST(HtmlTest, TheProgramsTimeLeavesRoomForTheStepsAroundIt) {
  const std::string page = RenderHtml(Record());
  EXPECT_THAT(page,
              HasSubstr("mount_rootfs<td class=\"n\">100 us<td class=\"n\">300 us<td class=\"lane\"><span "
                        "style=\"margin-left:6.67%;width:20.00%\">"));
  EXPECT_THAT(page, HasSubstr("style=\"margin-left:26.67%;width:33.33%\">"));
  EXPECT_THAT(page, HasSubstr("style=\"margin-left:60.00%;width:40.00%\">"));
}

TEST(HtmlTest, CurvesHaveTheirLimitWhereTheyComeNear) {
  const std::string page = RenderHtml(Record());
  EXPECT_THAT(page, HasSubstr("0.0,90.0 640.0,"));
  size_t lines = 0;
  for (size_t at = page.find("<line class=\"limit\""); at != page.npos; at = page.find("<line class", at + 1))
    ++lines;
  EXPECT_EQ(lines, 3u);  // CPU time at a quarter, memory and stdout; not processes at one of 50.
  EXPECT_THAT(page, HasSubstr("stdout: at most 900 bytes, limit 1000 bytes"));
}

// Hostile text in every string and bytes field there is, by reflection: new fields are covered too.
void Poison(google::protobuf::Message* message, const std::string& text) {
  const google::protobuf::Descriptor& type = *message->GetDescriptor();
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    const bool is_message = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    const bool is_text = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
    if (is_message && field->is_repeated()) {
      if (reflection.FieldSize(*message, field) == 0) reflection.AddMessage(message, field);
      for (int k = 0; k < reflection.FieldSize(*message, field); ++k)
        Poison(reflection.MutableRepeatedMessage(message, field, k), text);
    } else if (is_message) {
      Poison(reflection.MutableMessage(message, field), text);
    } else if (is_text && !field->is_repeated()) {
      reflection.SetString(message, field, text);
    }
  }
}

TEST(HtmlTest, HostileTextAnywhereIsNoMarkup) {
  const std::string clean = RenderHtml(Record());
  for (const char* attack : {"</pre></script><script>alert(1)</script>", "\"onload=\"x()", "'><img src=x>",
                             "<!--", "&lt;", "</style><svg/onload=x>", "\x1b[2J\x80", "</td>\n<h1>OK"}) {
    v1::ResultRecord record = Record();
    Poison(&record, attack);
    const std::string page = RenderHtml(record);
    EXPECT_THAT(page, Not(HasSubstr(attack))) << attack;
    for (const char* tag : {"<script", "<img", "<!--", "<svg/", "</td>", "onload=\"", "\x1b"})
      EXPECT_FALSE(absl::StrContains(page, tag)) << tag;
    EXPECT_GT(page.size(), clean.size());  // It is there, though.
  }
}

TEST(HtmlTest, NothingIsLoadedOrRun) {
  const std::string page = RenderHtml(Record());
  for (const char* part : {"<script", "src=", "href=", "url(", "@import", "http:", "https:"}) {
    EXPECT_FALSE(absl::StrContains(page, part)) << part;
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(HtmlTest, AnEmptyRecordAndAbsurdNumbersAreDrawn) {
  EXPECT_THAT(RenderHtml(v1::ResultRecord()), HasSubstr("UNSPECIFIED"));
  v1::ResultRecord record = Record();
  record.mutable_timeline()->mutable_steps(0)->set_start_us(-5);
  record.mutable_timeline()->mutable_steps(1)->set_duration_us(INT64_MAX);
  record.mutable_timeline()->mutable_samples(0)->set_at_us(INT64_MAX);
  record.mutable_timeline()->mutable_samples(1)->set_memory_anonymous_bytes(INT64_MIN);
  const std::string page = RenderHtml(record);
  for (const char* part : {"nan", "inf%", ":-"}) EXPECT_FALSE(absl::StrContains(page, part)) << part;
}

}  // namespace
}  // namespace jail::cli
