#include "tools/jailrun/html.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/html_chart.h"
#include "tools/jailrun/limit_lines.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/render_phase.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

// No script, no picture, no font, nowhere to send anything to: even a gap in Escape() would stay a picture.
constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>
body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2330}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ccd3dd}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.12rem .6rem .12rem 0;vertical-align:top}
th{color:#5b6675;font-weight:600}.n{text-align:right;white-space:nowrap}
.verdict{padding:.1rem .6rem;border-radius:.3rem;color:#fff;background:#b3372f}.verdict.ok{background:#287a43}
.bar{display:inline-block;width:10rem;height:.7rem;background:#e6eaf0;border-radius:.2rem;overflow:hidden}
.bar span,.lane span{display:block;height:100%;min-width:1px}.part{background:#4a78c2}.full{background:#b3372f}
.steps td{font-size:.85rem;padding-top:0;padding-bottom:0}.lane{width:55%}.lane span{background:#4a78c2;height:.6rem;margin-top:.35rem}
.hit,.missing{color:#b3372f;font-weight:600}pre{background:#f4f6f9;padding:.6rem;overflow:auto;font-size:.85rem}
figure{margin:1rem 0}svg{width:100%;height:6rem;background:#f4f6f9}
polyline{fill:none;stroke:#4a78c2;stroke-width:2;vector-effect:non-scaling-stroke}
.limit{stroke:#b3372f;stroke-dasharray:6 4;vector-effect:non-scaling-stroke}
</style>
)";

constexpr int kHtmlLines = 1000;

std::string WithoutMarkup(const std::string& visible) {
  return absl::StrReplaceAll(
      visible, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

// "name: value" rows; those without a value say nothing.
std::string FactsTable(const std::vector<std::pair<const char*, std::string>>& facts) {
  std::string rows;
  for (const auto& [name, value] : facts) {
    if (!value.empty()) absl::StrAppend(&rows, "<tr><th>", name, "<td>", Escape(value), "</tr>\n");
  }
  return absl::StrCat("<table>", rows, "</table>\n");
}

std::string Heading(const v1::ResultRecord& record) {
  const bool ok = record.verdict() == v1::VERDICT_OK;
  return absl::StrCat("<title>", Escape(VerdictLabel(record.verdict())), " ", Escape(record.job_id()),
                      "</title></head><body>\n<h1><span class=\"verdict", ok ? " ok" : "", "\">",
                      Escape(VerdictLabel(record.verdict())), "</span> ", Escape(record.summary()),
                      "</h1>\n");
}

std::string FailurePart(const v1::ResultRecord& record) {
  if (!record.has_failure()) return "";
  const v1::Failure& failure = record.failure();
  return absl::StrCat("<h2>Failure</h2>\n", FactsTable({{"step", failure.step()},
                                                        {"on", failure.subject()},
                                                        {"field", failure.field()},
                                                        {"errno", failure.error_name()},
                                                        {"message", failure.message()},
                                                        {"what to do", failure.hint()}}));
}

std::string LimitsTable(const v1::PhaseResult& phase) {
  std::string rows;
  for (const LimitLine& line : LimitLines(phase)) {
    if (!line.known && !line.limited) continue;
    absl::StrAppend(&rows, "<tr><td>", Escape(line.label), "<td class=\"n\">", Escape(line.used), "<td>",
                    line.share ? UsageBar(*line.share, !line.hit.empty()) : "", "<td class=\"n\">",
                    Escape(line.limit), "<td>", Escape(line.mechanism), "<td class=\"hit\">",
                    Escape(line.hit), "</tr>\n");
  }
  return absl::StrCat(
      "<table><tr><th><th class=\"n\">used<th><th class=\"n\">limit<th>enforced by<th></tr>\n", rows,
      "</table>\n");
}

std::string OutputPart(const char* name, const v1::Output& output) {
  if (output.total_bytes() == 0) return "";
  return absl::StrCat(
      "<h3>", name, ", ", FormatBytes(output.total_bytes()), "</h3>\n<p>sha256 ",
      absl::BytesToHexString(output.sha256()), "</p>\n<pre>", EscapeLines(output.content(), kHtmlLines),
      output.truncated() ? absl::StrCat("</pre>\n<p>what lies between was not kept</p>\n<pre>",
                                        EscapeLines(output.tail(), kHtmlLines))
                         : "",
      "</pre>\n");
}

std::string ViolationsTable(const v1::PhaseResult& phase) {
  if (phase.violations().empty()) return "";
  std::string rows;
  for (const v1::SyscallViolation& violation : phase.violations()) {
    absl::StrAppend(&rows, "<tr><td>", Escape(violation.text()), "<td>", violation.count(), "<td>",
                    Escape(violation.answer()), "<td>", Escape(violation.decided_by()), "</tr>\n");
  }
  return absl::StrCat("<h3>Denied system calls, ", phase.denied_calls(),
                      " in all</h3>\n<table><tr><th>call<th>times<th>answer<th>decided by</tr>\n", rows,
                      "</table>\n");
}

std::string PhasePart(const v1::PhaseResult& phase, const v1::Timeline& timeline) {
  const bool compiling = phase.kind() == v1::PhaseResult::KIND_COMPILE;
  const bool doubtful = phase.timing().trust() == v1::Timing::TRUST_LOW;
  return absl::StrCat("<h2>", compiling ? "Compile: " : "Run: ", Ending(phase), ", ",
                      Escape(VerdictLabel(phase.verdict())), "</h2>\n", LimitsTable(phase),
                      doubtful ? absl::StrCat("<p class=\"hit\">Times are not to be relied on: ",
                                              Escape(phase.timing().reason()), "</p>\n")
                               : "",
                      ViolationsTable(phase), OutputPart("stdout", phase.stdout()),
                      OutputPart("stderr", phase.stderr()),
                      StepChart(timeline, compiling ? "compile" : "run"));
}

std::string IsolationPart(const v1::Isolation& isolation) {
  if (isolation.layers().empty()) return "";
  std::string rows;
  for (const v1::Isolation::Layer& layer : isolation.layers()) {
    const bool missing = layer.state() == v1::Isolation::STATE_UNAVAILABLE;
    absl::StrAppend(&rows, "<tr><td>", Escape(ProtectionLabel(layer.protection())), "<td class=\"",
                    missing ? "missing" : "", "\">", StateLabel(layer.state()), "<td>",
                    layer.verified() ? "read back" : "", "<td>", Escape(layer.mechanism()), "<td>",
                    Escape(layer.detail()), "</tr>\n");
  }
  return absl::StrCat("<h2>Isolation</h2>\n<table>", rows, "</table>\n");
}

std::string ProvenancePart(const v1::ResultRecord& record) {
  const v1::Provenance& from = record.provenance();
  const v1::Timeline& timeline = record.timeline();
  return absl::StrCat("<h2>What ran</h2>\n",
                      FactsTable({{"job", record.job_id()},
                                  {"jailrun", from.jail_version()},
                                  {"kernel", from.kernel_release()},
                                  {"language", from.language()},
                                  {"runtime", from.runtime()},
                                  {"variant", from.variant()},
                                  {"standard", from.standard()},
                                  {"its program", from.runtime_program()},
                                  {"build id", absl::BytesToHexString(from.runtime_build_id())},
                                  {"policy", from.policy()},
                                  {"plan sha256", absl::BytesToHexString(from.plan_sha256())},
                                  {"source sha256", absl::BytesToHexString(from.source_sha256())},
                                  {"resolve", FormatMicroseconds(timeline.resolve_us())},
                                  {"set-up", FormatMicroseconds(timeline.setup_us())},
                                  {"total", FormatMicroseconds(timeline.total_us())}}));
}

}  // namespace

std::string Escape(absl::string_view text) { return WithoutMarkup(Visible(text)); }

std::string EscapeLines(absl::string_view text, int max_lines) {
  return WithoutMarkup(VisibleLines(text, "", max_lines));
}

absl::string_view HtmlHead() { return kHead; }

std::string RenderHtml(const v1::ResultRecord& record) {
  std::string page = absl::StrCat(kHead, Heading(record), FailurePart(record));
  for (const v1::PhaseResult& phase : record.phases())
    absl::StrAppend(&page, PhasePart(phase, record.timeline()));
  absl::StrAppend(&page, ResourceCharts(record.timeline(), record.provenance().limits()),
                  IsolationPart(record.isolation()), ProvenancePart(record), "</body></html>\n");
  return page;
}

}  // namespace jail::cli
