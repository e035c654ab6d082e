#include "tools/jailrun/sweep.h"

#include "absl/strings/str_cat.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

constexpr char kUnprivileged[] =
    "Nothing to sweep without privilege: a rootless run has no control group and no lease, and ends with\n"
    "its helper. What killed runs with privilege have left, root removes: run jailrun sweep as root.\n";

std::string Counted(int count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string RenderRemoved(const v1::SweepReport& report) {
  if (report.groups_removed() == 0 && report.runs_removed() == 0) return "Nothing was left behind.\n";
  return absl::StrCat("Removed what ", Counted(report.runs_removed(), "killed run", "killed runs"),
                      " had left: ", Counted(report.groups_removed(), "control group", "control groups"),
                      ", ", Counted(report.processes_killed(), "process", "processes"), " killed.\n");
}

}  // namespace

std::string RenderSweep(const v1::SweepReport& report) {
  std::string text;
  if (report.has_failure()) {
    v1::ResultRecord failed;
    *failed.mutable_failure() = report.failure();
    text = RenderFailure(failed);
  } else if (!report.privileged()) {
    return kUnprivileged;
  }
  text += RenderRemoved(report);
  if (report.runs_alive() > 0) {
    absl::StrAppend(&text, "Left alone: ", Counted(report.runs_alive(), "run that is", "runs that are"),
                    " alive.\n");
  }
  if (report.runs_dying() > 0) {
    absl::StrAppend(&text, "Processes of ", Counted(report.runs_dying(), "killed run", "killed runs"),
                    " are still dying: sweep again in a moment.\n");
  }
  return text;
}

}  // namespace jail::cli
