#include "tools/jailrun/exam/html.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "jail/exam/names.h"
#include "tools/jailrun/exam/diff.h"
#include "tools/jailrun/html.h"
#include "tools/jailrun/html_chart.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

// After the style of every page. On a narrow screen each case of the table is a block of its own.
constexpr char kExamStyle[] = R"(<style>
:root{color-scheme:light dark}h1,td,p,summary,li{overflow-wrap:anywhere}
.verdict{white-space:nowrap}.verdict.none{background:#5b6675}
.note{border:1px solid #b98900;border-radius:.3rem;padding:.3rem .6rem}
.cases>tbody>tr>*{border-top:1px solid #ccd3dd;padding-top:.3rem;padding-bottom:.3rem}
.time{white-space:nowrap;font-size:.85rem}.want .part{background:#8b95a3}.time .bar{width:8rem;margin-right:.4rem}
.flag{display:inline-block;padding:0 .4rem;margin:0 .3rem .2rem 0;border-radius:.3rem;border:1px solid;font-size:.85rem}
.warning{color:#8a5a00}.critical{color:#b3372f;font-weight:600}
details{border-top:1px solid #ccd3dd;padding:.3rem 0}h2+details,.cases>tbody>tr.top>*{border-top:0}summary{cursor:pointer}details h2,h3{font-size:1rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}.del{color:#b3372f}.ins{color:#1f6f3a}
@media(max-width:45rem){body{margin-top:1rem;padding:0 .6rem}
.cases,.cases tbody,.cases tr,.cases td{display:block}.cases tr.top{display:none}.cases td.n{text-align:left}
.cases>tbody>tr>td{border:0;padding:.05rem 0}.cases>tbody>tr{border-top:1px solid #ccd3dd;padding:.4rem 0}
.cases td[data-label]:before{content:attr(data-label) " ";color:#5b6675}}
@media(prefers-color-scheme:dark){body{background:#14181f;color:#dfe4ec}
th,.cases td[data-label]:before{color:#9aa5b4}pre,svg{background:#1e2530}.bar{background:#323c4a}
h2,details,.cases>tbody>tr,.cases>tbody>tr>*{border-color:#3a4452}
.warning{color:#e3b341}.critical,.hit,.missing,.del{color:#ff8b80}.ins{color:#7fd69a}
.part{background:#6f9be0}.full{background:#e0645a}polyline{stroke:#6f9be0}.limit{stroke:#ff8b80}}
</style>
)";

constexpr int kMaxDetailed = 1000;
constexpr int kMaxDifferingLines = 200;
constexpr int kMaxOutputLines = 60;

// A result may hold anything: what is shown and drawn is a plain number.
double Measure(double value) { return std::isfinite(value) ? std::clamp(value, 0.0, 1e12) : 0; }
std::string Elapsed(double ms) { return FormatElapsed(absl::Milliseconds(Measure(ms))); }
std::string Mebibytes(double mib) { return absl::StrFormat("%.1f MiB", Measure(mib)); }

std::string VerdictMark(bool passed, bool skipped) {
  if (skipped) return "<span class=\"verdict none\">skipped</span>";
  return passed ? "<span class=\"verdict ok\">passed</span>" : "<span class=\"verdict\">FAILED</span>";
}

std::string Paragraph(absl::string_view text) {
  return text.empty() ? "" : absl::StrCat("<p>", Escape(text), "</p>\n");
}

std::string OutputBlock(absl::string_view name, absl::string_view text) {
  if (text.empty()) return "";
  return absl::StrCat("<h3>", name, "</h3>\n<pre>", EscapeLines(text, kMaxOutputLines), "</pre>\n");
}

// --- The head of the page ---

std::string ExamHeading(const v1::ExamResult& result) {
  const std::string counts =
      absl::StrCat(result.cases_passed(), " of ", result.cases_size(), " cases passed, ",
                   result.cases_failed(), " failed, ", result.cases_skipped(), " skipped");
  return absl::StrCat("<title>Exam ", Escape(result.exam_id()), "</title></head><body>\n<h1>",
                      VerdictMark(result.passed(), /*skipped=*/false), " Exam ", Escape(result.exam_id()),
                      ": ", counts,
                      "</h1>\n<p class=\"note\">This page shows what the cases expect. It is not for the "
                      "author of the submission.</p>\n");
}

std::string ExamTimes(const v1::ExamResult& result) {
  if (result.start_time().empty()) return "";
  return absl::StrCat("<p>From ", Escape(result.start_time()), " to ", Escape(result.end_time()),
                      result.log_head().empty()
                          ? ""
                          : absl::StrCat("; the log's head is ", absl::BytesToHexString(result.log_head())),
                      "</p>\n");
}

std::string ExamProblem(const v1::ExamResult& result) {
  if (!result.has_problem()) return "";
  return absl::StrCat("<p class=\"critical\">The exam was not held: ", Escape(result.problem().field()),
                      result.problem().field().empty() ? "" : ": ", Escape(result.problem().message()),
                      "</p>\n");
}

std::string CompilerPart(const v1::ExamResult& result) {
  if (!result.has_compile()) return "";
  std::string part = absl::StrCat("<h2>Compiler: ", Escape(VerdictLabel(result.compile().verdict())),
                                  "</h2>\n", Paragraph(result.compile().summary()));
  for (const v1::PhaseResult& phase : result.compile().phases()) {
    if (phase.kind() != v1::PhaseResult::KIND_COMPILE) continue;
    absl::StrAppend(&part, OutputBlock("stdout", phase.stdout().content()),
                    OutputBlock("stderr", phase.stderr().content()));
  }
  return part;
}

// --- The table ---

std::string FlagMark(const v1::ExamFlag& flag) {
  const std::string severity = Escape(exam::NameOf(flag.severity()));
  return absl::StrCat("<span class=\"flag ", severity, "\">", Escape(exam::NameOf(flag.type())), " (",
                      severity, ")</span>");
}

// The longest time of all cases: the length of a full bar.
double LongestTime(const v1::ExamResult& result) {
  double longest = 0;
  for (const v1::CaseResult& one : result.cases()) {
    const v1::TimingAnalysis& timing = one.verification().timing_analysis();
    longest =
        std::max({longest, Measure(timing.expected_duration_ms()), Measure(timing.actual_duration_ms())});
  }
  return longest;
}

std::string TimeBar(absl::string_view kind, double ms, double longest, absl::string_view words) {
  return absl::StrCat("<div class=\"", kind, "\">", UsageBar(longest > 0 ? Measure(ms) / longest : 0, false),
                      Elapsed(ms), words, "</div>");
}

std::string TimeBars(const v1::TimingAnalysis& timing, double longest) {
  return absl::StrCat(timing.expected_duration_ms() > 0
                          ? TimeBar("want", timing.expected_duration_ms(), longest, " expected")
                          : "",
                      TimeBar("took", timing.actual_duration_ms(), longest, " taken"));
}

std::string CaseTitle(const v1::CaseResult& result) {
  return absl::StrCat(Escape(result.id()), result.name().empty() ? "" : " ", Escape(result.name()));
}

std::string CaseRow(const v1::CaseResult& result, double longest) {
  const v1::CaseUsage& usage = result.logs().resource_usage();
  std::string row = absl::StrCat("<tr><td>", CaseTitle(result), "<td>",
                                 VerdictMark(result.passed(), result.skipped()), "<td>");
  for (const v1::ExamFlag& flag : result.verification().flags()) row += FlagMark(flag);
  if (result.skipped()) return absl::StrCat(row, "<td><td><td></tr>\n");
  return absl::StrCat(row, "<td class=\"time\">", TimeBars(result.verification().timing_analysis(), longest),
                      "<td class=\"n\" data-label=\"CPU\">", Elapsed(usage.cpu_used_ms()),
                      "<td class=\"n\" data-label=\"memory\">", Mebibytes(usage.memory_peak_mb()), "</tr>\n");
}

std::string CaseTable(const v1::ExamResult& result) {
  if (result.cases().empty()) return "";
  const double longest = LongestTime(result);
  std::string rows;
  for (const v1::CaseResult& one : result.cases()) rows += CaseRow(one, longest);
  return absl::StrCat(
      "<h2>Cases</h2>\n<table class=\"cases\"><tbody><tr class=\"top\"><th>case<th>verdict<th>flags"
      "<th>time<th class=\"n\">CPU<th class=\"n\">memory</tr>\n",
      rows, "</tbody></table>\n");
}

// --- One case ---

std::string DiffRow(const DiffLine& line) {
  const std::string text = EscapeLines(absl::StrCat(line.text, "\n"), 1);
  if (line.kind == DiffLine::Kind::kSame) return absl::StrCat("  ", text);
  const bool removed = line.kind == DiffLine::Kind::kRemoved;
  return absl::StrCat("<span class=\"", removed ? "del" : "ins", "\">", removed ? "\u2212 " : "+ ", text,
                      "</span>");
}

std::string DiffBlock(const v1::Comparison& comparison) {
  if (!comparison.wanted() || comparison.equal()) return "";
  const std::vector<DiffLine> diff = DiffLines(comparison.expected(), comparison.actual());
  if (diff.empty()) return "";
  std::string rows;
  int differing = 0;
  for (const DiffLine& line : diff) {
    if (line.kind != DiffLine::Kind::kSame) ++differing;
    if (differing <= kMaxDifferingLines) rows += DiffRow(line);
  }
  const int left = differing - kMaxDifferingLines;
  return absl::StrCat("<h3>Expected (\u2212) and got (+)</h3>\n<pre>", rows, "</pre>\n",
                      left > 0 ? absl::StrCat("<p>", left, " more lines differ.</p>\n") : "");
}

std::string FlagList(const v1::Verification& verification) {
  if (verification.flags().empty()) return "";
  std::string items;
  for (const v1::ExamFlag& flag : verification.flags())
    absl::StrAppend(&items, "<li>", FlagMark(flag), Escape(flag.message()), "</li>\n");
  return absl::StrCat("<ul>", items, "</ul>\n");
}

std::string CaseDetails(const v1::CaseResult& result) {
  const v1::ResultRecord& record = result.record();
  return absl::StrCat("<details><summary>", VerdictMark(result.passed(), result.skipped()), " ",
                      CaseTitle(result), "</summary>\n", Paragraph(result.summary()),
                      FlagList(result.verification()), Paragraph(result.comparison().message()),
                      DiffBlock(result.comparison()), OutputBlock("stdout", result.logs().stdout()),
                      OutputBlock("stderr", result.logs().stderr()),
                      ResourceCharts(record.timeline(), record.provenance().limits()), "</details>\n");
}

std::string AllDetails(const v1::ExamResult& result) {
  if (result.cases().empty()) return "";
  std::string details = "<h2>Case by case</h2>\n";
  const int shown = std::min(result.cases_size(), kMaxDetailed);
  for (int i = 0; i < shown; ++i) details += CaseDetails(result.cases(i));
  const int left = result.cases_size() - shown;
  if (left > 0) absl::StrAppend(&details, "<p>", left, " more cases are in the table only.</p>\n");
  return details;
}

}  // namespace

std::string RenderExamHtml(const v1::ExamResult& result) {
  return absl::StrCat(HtmlHead(), kExamStyle, ExamHeading(result), ExamTimes(result), ExamProblem(result),
                      CompilerPart(result), CaseTable(result), AllDetails(result), "</body></html>\n");
}

}  // namespace jail::cli
