#include "jail/exam/result_json.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"
#include "jail/exam/names.h"

namespace jail::exam {
namespace {

using call::Boolean;
using call::JsonArray;
using call::JsonObject;
using call::Quote;

// --- Values ---

double Finite(double value) { return std::isfinite(value) ? value : 0; }

// At most three decimals: "12.345", "12", "0.5".
std::string ThreeDecimals(double value) {
  std::string text = absl::StrFormat("%.3f", Finite(value));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string SixDigits(double value) { return absl::StrCat(Finite(value)); }

std::string VerdictWord(const v1::ResultRecord& record) {
  return Quote(absl::StripPrefix(v1::Verdict_Name(record.verdict()), "VERDICT_"));
}

// --- Parts of a case ---

std::string UsageObject(const v1::CaseUsage& usage) {
  return JsonObject({
      {"cpuUsed", ThreeDecimals(usage.cpu_used_ms())},
      {"memoryPeakMb", ThreeDecimals(usage.memory_peak_mb())},
      {"diskReadBytes", usage.has_disk_read_bytes() ? absl::StrCat(usage.disk_read_bytes()) : "null"},
      {"diskWriteBytes", usage.has_disk_write_bytes() ? absl::StrCat(usage.disk_write_bytes()) : "null"},
  });
}

std::string LogsObject(const v1::CaseLogs& logs) {
  return JsonObject({
      {"stdout", Quote(logs.stdout())},
      {"stderr", Quote(logs.stderr())},
      {"exitCode", logs.has_exit_code() ? absl::StrCat(logs.exit_code()) : "null"},
      {"startTime", Quote(logs.start_time())},
      {"endTime", Quote(logs.end_time())},
      {"resourceUsage", UsageObject(logs.resource_usage())},
  });
}

std::string FlagObject(const v1::ExamFlag& flag) {
  return JsonObject({
      {"type", Quote(NameOf(flag.type()))},
      {"message", Quote(flag.message())},
      {"severity", Quote(NameOf(flag.severity()))},
  });
}

std::string VerificationObject(const v1::Verification& verification) {
  const v1::TimingAnalysis& timing = verification.timing_analysis();
  return JsonObject({
      {"consistent", Boolean(verification.consistent())},
      {"flags", JsonArray(verification.flags(), FlagObject)},
      {"timingAnalysis", JsonObject({
                             {"actualDuration", ThreeDecimals(timing.actual_duration_ms())},
                             {"expectedDuration", ThreeDecimals(timing.expected_duration_ms())},
                             {"ratio", SixDigits(timing.ratio())},
                             {"anomalyScore", SixDigits(timing.anomaly_score())},
                             {"suspicious", Boolean(timing.suspicious())},
                         })},
  });
}

std::string ComparisonObject(const v1::Comparison& comparison) {
  if (!comparison.wanted()) return "";
  return JsonObject({
      {"equal", Boolean(comparison.equal())},
      {"message", Quote(comparison.message())},
      {"expected", Quote(comparison.expected())},
      {"actual", Quote(comparison.actual())},
  });
}

std::string ErrorObject(const v1::CallResult& call) {
  if (!call.has_error()) return "";
  const v1::CallError& error = call.error();
  return JsonObject({
      {"kind", Quote(absl::StripPrefix(v1::CallError::Kind_Name(error.kind()), "KIND_"))},
      {"name", Quote(error.name())},
      {"message", Quote(error.message())},
      {"line", error.line() > 0 ? absl::StrCat(error.line()) : ""},
      {"column", error.column() > 0 ? absl::StrCat(error.column()) : ""},
  });
}

// A result may come out of a file: what is no JSON must not break ours.
std::string ReturnedValue(const v1::CallResult& call) {
  if (!call.success()) return "";
  const absl::StatusOr<std::string> value = call::Compact(call.result_json());
  return value.ok() ? *value : "";
}

// --- Records ---

std::string Valid(absl::string_view text) {
  bool replaced = false;
  return ReplaceInvalidUtf8(text, &replaced);
}

std::string TextOf(const v1::Output& output) { return absl::StrCat(output.content(), output.tail()); }

std::string CompileObject(const v1::ExamResult& result) {
  if (!result.has_compile()) return "";
  v1::PhaseResult compile;
  for (const v1::PhaseResult& phase : result.compile().phases()) {
    if (phase.kind() == v1::PhaseResult::KIND_COMPILE) compile = phase;
  }
  return JsonObject({
      {"verdict", VerdictWord(result.compile())},
      {"summary", Quote(result.compile().summary())},
      {"stdout", Quote(TextOf(compile.stdout()))},
      {"stderr", Quote(TextOf(compile.stderr()))},
  });
}

using RecordJson = std::function<std::string(const v1::ResultRecord&)>;

std::string CaseObject(const v1::CaseResult& result, const RecordJson& record_json) {
  const bool has_difficulty = result.difficulty() != v1::ExamCase::DIFFICULTY_UNSPECIFIED;
  return JsonObject({
      {"id", Quote(result.id())},
      {"name", Quote(result.name())},
      {"difficulty", has_difficulty ? Quote(v1::ExamCase::Difficulty_Name(result.difficulty())) : "null"},
      {"passed", Boolean(result.passed())},
      {"skipped", Boolean(result.skipped())},
      {"verdict", VerdictWord(result.record())},
      {"summary", Quote(result.summary())},
      {"reruns", absl::StrCat(result.reruns())},
      {"logs", LogsObject(result.logs())},
      {"verification", VerificationObject(result.verification())},
      {"comparison", ComparisonObject(result.comparison())},
      {"result", ReturnedValue(result.call())},
      {"error", ErrorObject(result.call())},
      {"record", record_json && result.has_record() ? Valid(record_json(result.record())) : ""},
  });
}

std::string ProblemObject(const v1::ExamResult& result) {
  if (!result.has_problem()) return "";
  return JsonObject(
      {{"field", Quote(result.problem().field())}, {"message", Quote(result.problem().message())}});
}

}  // namespace

std::string ResultJson(const v1::ExamResult& result, const RecordJson& record_json) {
  const std::string& head = result.log_head();
  return JsonObject({
      {"examId", Quote(result.exam_id())},
      {"passed", Boolean(result.passed())},
      {"casesPassed", absl::StrCat(result.cases_passed())},
      {"casesFailed", absl::StrCat(result.cases_failed())},
      {"casesSkipped", absl::StrCat(result.cases_skipped())},
      {"startTime", Quote(result.start_time())},
      {"endTime", Quote(result.end_time())},
      {"logHead", head.empty() ? "" : Quote(absl::BytesToHexString(head))},
      {"problem", ProblemObject(result)},
      {"compile", CompileObject(result)},
      {"cases",
       JsonArray(result.cases(), [&](const v1::CaseResult& one) { return CaseObject(one, record_json); })},
  });
}

}  // namespace jail::exam
