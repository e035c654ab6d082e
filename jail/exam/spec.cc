#include "jail/exam/spec.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "jail/exam/compare/compare.h"

namespace jail::exam {
namespace {

constexpr int kMostJobs = 256;
constexpr int kMostReruns = 10;
constexpr size_t kMostIdBytes = 64;

bool IsId(absl::string_view id) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= kMostIdBytes && std::all_of(id.begin(), id.end(), fits);
}

absl::Status CheckProgram(absl::string_view field, const v1::ExamProgram& program) {
  if (program.language().empty()) return Bad(absl::StrCat(field, ".language"), "is unset");
  if (program.code().empty() == program.files().empty())
    return Bad(field, "wants its source: either code or files");
  return absl::OkStatus();
}

absl::Status CheckChecker(absl::string_view field, const v1::Checker& checker) {
  const absl::Status problem = CheckerProblem(checker);
  if (!problem.ok())
    return absl::InvalidArgumentError(absl::StrCat(field, absl::StripPrefix(problem.message(), "checker")));
  if (checker.kind() != v1::Checker::PROGRAM) return absl::OkStatus();
  return CheckProgram(absl::StrCat(field, ".program"), checker.program());
}

// What a call case must have, and what has no meaning beside it.
absl::Status CheckCall(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (one.has_expected_json() && !one.has_args_json())
    return Bad("args_json", "is unset; [] are no arguments");
  if (!one.has_args_json())
    return one.entry().empty() ? absl::OkStatus() : Bad("entry", "is for cases with args_json");
  if (one.entry().empty() && spec.entry().empty())
    return Bad("entry", "is unset: which function is called with args_json?");
  const std::pair<const char*, bool> others[] = {
      {"stdin", !one.stdin().empty()},
      {"args", !one.args().empty()},
      {"code", !one.code().empty()},
      {"files", !one.files().empty()},
      {"expected_stdout", one.has_expected_stdout()},
      {"interactor", one.has_interactor()},
  };
  for (const auto& [field, is_set] : others) {
    if (is_set) return Bad(field, "cannot stand beside args_json: the case is a call");
  }
  if (spec.files_size() > 1)
    return Bad("args_json", absl::StrCat("a call is of one file; the submission has ", spec.files_size()));
  const absl::StatusOr<std::string> args = call::Compact(one.args_json());
  if (!args.ok()) return Bad("args_json", args.status().message());
  if (args->front() != '[') return Bad("args_json", "is no JSON array");
  if (!one.has_expected_json()) return absl::OkStatus();
  const absl::StatusOr<std::string> expected = call::Compact(one.expected_json());
  return expected.ok() ? absl::OkStatus() : Bad("expected_json", expected.status().message());
}

absl::Status CheckComparison(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (one.has_checker()) JAIL_RETURN_IF_ERROR(CheckChecker("checker", one.checker()));
  const v1::Checker::Kind kind = CheckerOf(spec, one).kind();
  if (kind == v1::Checker::REGEX && one.has_expected_stdout()) {
    const absl::Status pattern = PatternProblem(one.expected_stdout());
    if (!pattern.ok()) return Bad("expected_stdout", pattern.message());
  }
  if (IsCall(one) && (kind == v1::Checker::REGEX || kind == v1::Checker::PROGRAM))
    return Bad("checker", "compares output; a call's result is compared as JSON");
  if (!one.has_interactor()) return absl::OkStatus();
  if (one.has_checker()) return Bad("checker", "cannot stand beside interactor, which judges itself");
  return CheckProgram("interactor", one.interactor());
}

absl::Status CheckCase(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (!one.id().empty() && !IsId(one.id()))
    return Bad("id", absl::StrCat(Quoted(one.id()), " is not 1 to 64 characters of [A-Za-z0-9._-]"));
  if (!std::isfinite(one.expected_duration_ms())) return Bad("expected_duration_ms", "is no number");
  if (spec.code().empty() && spec.files().empty() && one.code().empty())
    return Bad("code", "is unset, and the exam has no submission");
  JAIL_RETURN_IF_ERROR(CheckCall(spec, one));
  return CheckComparison(spec, one);
}

absl::Status CheckExam(const v1::ExamSpec& spec) {
  if (!spec.exam_id().empty() && !IsId(spec.exam_id()))
    return Bad("exam_id", "is not 1 to 64 characters of [A-Za-z0-9._-]");
  if (spec.language().empty()) return Bad("language", "is unset");
  if (!spec.code().empty() && !spec.files().empty()) return Bad("files", "cannot stand beside code");
  if (!spec.entry_path().empty() && spec.files().empty()) return Bad("entry_path", "names one of files");
  if (spec.cases().empty()) return Bad("cases", "is empty");
  if (spec.cases_size() > kMostCases)
    return Bad("cases", absl::StrCat(spec.cases_size(), " are more than ", kMostCases));
  if (spec.has_jobs() && (spec.jobs() < 1 || spec.jobs() > kMostJobs))
    return Bad("jobs", absl::StrCat(spec.jobs(), " is not 1 to ", kMostJobs));
  if (spec.has_reruns() && (spec.reruns() < 0 || spec.reruns() > kMostReruns))
    return Bad("reruns", absl::StrCat(spec.reruns(), " is not 0 to ", kMostReruns));
  return spec.has_checker() ? CheckChecker("checker", spec.checker()) : absl::OkStatus();
}

}  // namespace

absl::Status CheckSpec(const v1::ExamSpec& spec) {
  JAIL_RETURN_IF_ERROR(CheckExam(spec));
  std::set<std::string> ids;
  for (int i = 0; i < spec.cases_size(); ++i) {
    const absl::Status status = CheckCase(spec, spec.cases(i));
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(CaseField(i), ".", status.message()));
    if (!ids.insert(CaseId(spec.cases(i), i)).second)
      return Bad(absl::StrCat(CaseField(i), ".id"), Quoted(CaseId(spec.cases(i), i)) + " stands twice");
  }
  return absl::OkStatus();
}

const v1::Checker& CheckerOf(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  return one.has_checker() ? one.checker() : spec.checker();
}

std::string CaseField(int index) { return absl::StrCat("cases[", index, "]"); }

std::string CaseId(const v1::ExamCase& one, int index) {
  return one.id().empty() ? absl::StrCat(index + 1) : one.id();
}

bool IsCall(const v1::ExamCase& one) { return one.has_args_json(); }

}  // namespace jail::exam
