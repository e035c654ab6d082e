#include "tools/jailrun/render_phase.h"

#include <string.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/limit_lines.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using v1::PhaseResult;
std::string RenderViolations(const PhaseResult& phase) {
  if (phase.violations().empty()) return "";
  Table table(4);
  std::string reasons;
  for (const v1::SyscallViolation& violation : phase.violations()) {
    table.Row({Visible(violation.text()),
               absl::StrCat("call ", violation.number(), " of ", Visible(violation.arch())),
               absl::StrCat(violation.count(), violation.count() == 1 ? " time" : " times"),
               absl::StrCat("answered ", Visible(violation.answer()))});
    if (violation.to_allow().empty()) continue;
    absl::StrAppend(&reasons, "    ", Visible(violation.syscall()), ": ", Visible(violation.decided_by()),
                    "\n      to allow it: ", Visible(violation.to_allow()), "\n");
  }
  return absl::StrCat("  denied system calls, ", phase.denied_calls(), " in all\n", table.Text(), reasons);
}

constexpr int kShownLines = 20;

std::string RenderOutput(const char* name, const v1::Output& output) {
  if (output.total_bytes() == 0) return "";
  std::string text = absl::StrCat("  ", name, ", ", FormatBytes(output.total_bytes()));
  if (output.truncated()) {
    absl::StrAppend(&text, ", of which the first ",
                    FormatBytes(static_cast<int64_t>(output.content().size())), " and the last ",
                    FormatBytes(static_cast<int64_t>(output.tail().size())), " were kept");
  }
  absl::StrAppend(&text, "\n", VisibleLines(output.content(), "    | ", kShownLines));
  if (!output.tail().empty())
    absl::StrAppend(&text, "    ...\n", VisibleLines(output.tail(), "    | ", kShownLines));
  return text;
}

// Only when there is something to say.
std::string RenderTiming(const v1::Timing& timing) {
  if (timing.trust() != v1::Timing::TRUST_LOW) return "";
  return absl::StrCat("  times are not to be relied on: ", Visible(timing.reason()), "\n");
}

std::string RenderExtraUsage(const v1::Usage& usage) {
  std::string text =
      absl::StrCat("  user ", FormatMicroseconds(usage.user_time_us()), ", system ",
                   FormatMicroseconds(usage.system_time_us()), "; faults ", usage.minor_faults(), " minor, ",
                   usage.major_faults(), " major; switches ", usage.voluntary_switches(), " voluntary, ",
                   usage.forced_switches(), " forced");
  if (usage.has_io_read_bytes() || usage.has_io_write_bytes()) {
    absl::StrAppend(&text, "; read ", FormatBytes(usage.io_read_bytes()), ", wrote ",
                    FormatBytes(usage.io_write_bytes()));
  }
  return text + "\n";
}

}  // namespace

std::string Ending(const PhaseResult& phase) {
  switch (phase.exit_case()) {
    case PhaseResult::kExitCode:
      return absl::StrCat("exit status ", phase.exit_code());
    case PhaseResult::kTermSignal: {
      const char* name = sigabbrev_np(phase.term_signal());
      return absl::StrCat("signal ", phase.term_signal(),
                          name == nullptr ? "" : absl::StrCat(" (SIG", name, ")"));
    }
    case PhaseResult::EXIT_NOT_SET:
      return "no exit status";
  }
  return "no exit status";
}

std::string RenderLimits(const PhaseResult& phase, Detail detail) {
  Table table(2);
  table.Row({"", "used", "limit", "enforced by"});
  for (const LimitLine& line : LimitLines(phase)) {
    if (!line.known && (!line.limited || detail == Detail::kShort)) continue;
    table.Row({line.label, line.used, line.limit, line.mechanism, line.hit});
  }
  return table.Text();
}

std::string RenderPhase(const PhaseResult& phase, Detail detail) {
  const char* name = phase.kind() == PhaseResult::KIND_COMPILE ? "Compile" : "Run";
  std::string text =
      absl::StrCat(name, ": ", Ending(phase), ", ", VerdictLabel(phase.verdict()),
                   phase.cached() ? ", kept from before" : "", "\n", RenderLimits(phase, detail));
  if (detail == Detail::kFull) text += RenderExtraUsage(phase.usage());
  text += RenderTiming(phase.timing());
  text += RenderViolations(phase);
  if (detail == Detail::kShort) return text;
  return absl::StrCat(text, RenderOutput("stdout", phase.stdout()), RenderOutput("stderr", phase.stderr()));
}

}  // namespace jail::cli
