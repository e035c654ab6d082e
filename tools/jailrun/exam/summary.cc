#include "tools/jailrun/exam/summary.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "jail/exam/names.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

absl::string_view Mark(const v1::CaseResult& result) {
  if (result.skipped()) return "skipped";
  return result.passed() ? "passed" : "FAILED";
}

std::string Name(const v1::CaseResult& result) {
  return Visible(result.name().empty() ? result.id() : absl::StrCat(result.id(), " ", result.name()));
}

std::string Measured(const v1::CaseResult& result) {
  const v1::TimingAnalysis& timing = result.verification().timing_analysis();
  std::string text = FormatElapsed(absl::Milliseconds(timing.actual_duration_ms()));
  if (timing.expected_duration_ms() > 0)
    absl::StrAppend(&text, " of ", FormatElapsed(absl::Milliseconds(timing.expected_duration_ms())));
  return absl::StrCat(text, ", ",
                      absl::StrFormat("%.1f MiB", result.logs().resource_usage().memory_peak_mb()));
}

std::string CaseLines(const v1::CaseResult& result) {
  std::string lines = absl::StrFormat("  %-7s %-24s %s\n", Mark(result), Name(result),
                                      result.skipped() ? "" : Measured(result));
  if (!result.passed() && !result.skipped())
    absl::StrAppend(&lines, "          ", Visible(result.summary()), "\n");
  for (const v1::ExamFlag& flag : result.verification().flags())
    absl::StrAppend(&lines, "          ", exam::NameOf(flag.type()), " (", exam::NameOf(flag.severity()),
                    "): ", Visible(flag.message()), "\n");
  return lines;
}

}  // namespace

std::string RenderExam(const v1::ExamResult& result) {
  if (result.has_problem())
    return absl::StrCat("The exam was not held: ", result.problem().field(),
                        result.problem().field().empty() ? "" : ": ", Visible(result.problem().message()),
                        "\n");
  std::string text =
      absl::StrCat("Exam ", Visible(result.exam_id()), ": ", result.passed() ? "passed" : "not passed", ", ",
                   result.cases_passed(), " of ", result.cases_size(), " cases");
  if (result.cases_skipped() > 0) absl::StrAppend(&text, " (", result.cases_skipped(), " skipped)");
  text += "\n";
  for (const v1::CaseResult& one : result.cases()) text += CaseLines(one);
  return text;
}

}  // namespace jail::cli
