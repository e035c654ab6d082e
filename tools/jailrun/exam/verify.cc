#include "tools/jailrun/exam/verify.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/say.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

constexpr size_t kMostLogBytes = size_t{256} << 20;
constexpr size_t kMostResultBytes = size_t{1} << 30;
constexpr size_t kMostPublicKeyBytes = size_t{4} << 10;

absl::StatusOr<std::string> ReadBounded(const std::string& path, size_t most) {
  absl::StatusOr<std::string> bytes = ReadInput(path, most);
  if (!absl::IsOutOfRange(bytes.status())) return bytes;
  return absl::OutOfRangeError(absl::StrCat(Quoted(path), " is over ",
                                            FormatBytes(static_cast<int64_t>(most)), ", more than is read"));
}

absl::StatusOr<std::optional<exam::PublicKey>> KeyFrom(const std::string& path) {
  if (path.empty()) return std::nullopt;
  JAIL_ASSIGN_OR_RETURN(const std::string text, ReadBounded(path, kMostPublicKeyBytes));
  const absl::StatusOr<exam::PublicKey> key = exam::PublicKey::Parse(text);
  if (key.ok()) return *key;
  return absl::InvalidArgumentError(absl::StrCat("--key: ", Quoted(path), " ", key.status().message()));
}

absl::StatusOr<std::optional<v1::ExamResult>> ResultFrom(const std::string& path) {
  if (path.empty()) return std::nullopt;
  JAIL_ASSIGN_OR_RETURN(const std::string bytes, ReadBounded(path, kMostResultBytes));
  v1::ExamResult result;
  if (result.ParseFromString(bytes)) return result;
  return absl::InvalidArgumentError(
      absl::StrCat("--result: ", Quoted(path), " is not what jailrun exam --record writes"));
}

absl::StatusOr<exam::Report> ReportOn(const CommandLine& line) {
  JAIL_ASSIGN_OR_RETURN(const std::optional<exam::PublicKey> key, KeyFrom(line.verify.key_path));
  JAIL_ASSIGN_OR_RETURN(const std::optional<v1::ExamResult> result, ResultFrom(line.verify.result_path));
  JAIL_ASSIGN_OR_RETURN(const std::string log, ReadBounded(line.operands.front(), kMostLogBytes));
  return exam::Verify(log, key ? &*key : nullptr, result ? &*result : nullptr);
}

std::string FindingText(const exam::Finding& finding) {
  const std::string where = finding.line > 0 ? absl::StrCat("line ", finding.line, ": ") : "";
  return absl::StrCat("  ", where, Visible(finding.message), "\n");
}

std::string FindingJson(const exam::Finding& finding) {
  return absl::StrCat("{\"line\": ", finding.line, ", \"entry\": ", finding.entry,
                      ", \"message\": ", call::Quote(finding.message), "}");
}

std::string WhoSigned(const exam::Report& report) {
  if (report.key.empty()) return "It is not signed: whoever could write it could have made it anew.";
  if (report.key_is_known) return absl::StrCat("Signed by the key that was asked for, ", report.key, ".");
  return absl::StrCat("It names the key ", report.key, "; whose that is only --key FILE.pub can tell.");
}

}  // namespace

std::string RenderReport(const exam::Report& report, absl::string_view name) {
  const std::string what = absl::StrCat(report.entries, report.entries == 1 ? " entry, " : " entries, ",
                                        report.cases, report.cases == 1 ? " case. " : " cases. ");
  const char* verdict = !report.ok()          ? " is NOT as its exam wrote it: "
                        : report.key_is_known ? " is as its exam wrote it: "
                                              : " holds together: ";
  std::string text = absl::StrCat(name, verdict, what, WhoSigned(report), "\n");
  for (const exam::Finding& finding : report.findings) text += FindingText(finding);
  if (report.findings_left_out > 0) absl::StrAppend(&text, "  and ", report.findings_left_out, " more\n");
  return text;
}

std::string ReportJson(const exam::Report& report) {
  const std::string findings = absl::StrJoin(
      report.findings, ", ", [](std::string* out, const exam::Finding& one) { *out += FindingJson(one); });
  return absl::StrCat("{\"ok\": ", report.ok() ? "true" : "false", ", \"entries\": ", report.entries,
                      ", \"cases\": ", report.cases, ", \"signed\": ", report.key.empty() ? "false" : "true",
                      ", \"key\": ", call::Quote(report.key),
                      ", \"key_is_known\": ", report.key_is_known ? "true" : "false", ", \"findings\": [",
                      findings, "], \"findings_left_out\": ", report.findings_left_out, "}\n");
}

int VerifyCommand(const CommandLine& line) {
  const absl::StatusOr<exam::Report> report = ReportOn(line);
  if (!report.ok()) return Fail(report.status(), kExitUsage);
  const std::string& path = line.operands.front();
  const std::string name = path == "-" ? "The log" : Quoted(path);
  const int shown = Show(line.json.wanted() ? ReportJson(*report) : RenderReport(*report, name));
  if (shown != kExitOk) return shown;
  return report->ok() ? kExitOk : kExitCheckFailed;
}

}  // namespace jail::cli
