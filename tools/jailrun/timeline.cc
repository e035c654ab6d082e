#include "tools/jailrun/timeline.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

constexpr int kMostRows = 20;

std::string Microseconds(int64_t us) { return absl::StrCat(us, " us"); }

bool Earlier(const v1::StepTime& a, const v1::StepTime& b) { return a.start_us() < b.start_us(); }

// Helper, init and the program's process work side by side: the order is that of the clock.
std::string Steps(const v1::Timeline& timeline, const std::string& phase) {
  std::vector<v1::StepTime> steps;
  for (const v1::StepTime& step : timeline.steps()) {
    if (step.phase() == phase) steps.push_back(step);
  }
  if (steps.empty()) return "";
  std::stable_sort(steps.begin(), steps.end(), Earlier);
  Table table(2);
  for (const v1::StepTime& step : steps) {
    table.Row({Visible(step.step()), absl::StrCat("at ", Microseconds(step.start_us())),
               absl::StrCat("took ", Microseconds(step.duration_us()))});
  }
  return absl::StrCat("Steps of the ", phase, " phase\n", table.Text());
}

// What a host cannot tell.
std::string OrUnknown(bool known, const std::string& text) { return known ? text : "?"; }

std::vector<std::string> Row(const v1::ResourceSample& sample) {
  return {FormatElapsed(absl::Microseconds(sample.at_us())),
          FormatElapsed(absl::Microseconds(sample.cpu_time_us())),
          OrUnknown(sample.has_memory_anonymous_bytes(), FormatBytes(sample.memory_anonymous_bytes())),
          OrUnknown(sample.has_memory_file_bytes(), FormatBytes(sample.memory_file_bytes())),
          OrUnknown(sample.has_processes(), absl::StrCat(sample.processes())),
          FormatBytes(sample.stdout_bytes()),
          FormatBytes(sample.stderr_bytes())};
}

// Evenly chosen, the last one always among them.
std::string Resources(const v1::Timeline& timeline) {
  const int count = timeline.samples_size();
  if (count == 0) return "No samples: the program ended before the first, 10 ms after its start.\n";
  Table table(2);
  table.Row({"after", "CPU time", "anonymous", "page cache, tmpfs", "processes", "stdout", "stderr"});
  const int rows = std::min(count, kMostRows);
  for (int i = 1; i <= rows; ++i) table.Row(Row(timeline.samples(i * count / rows - 1)));
  return absl::StrCat("In use\n", table.Text());
}

}  // namespace

std::string RenderTimeline(const v1::ResultRecord& record) {
  const v1::Timeline& timeline = record.timeline();
  if (timeline.steps().empty()) return "";
  return absl::StrCat(Steps(timeline, "compile"), Steps(timeline, "run"), Resources(timeline), "Resolve ",
                      Microseconds(timeline.resolve_us()), ", set-up ", Microseconds(timeline.setup_us()),
                      ", total ", Microseconds(timeline.total_us()), "\n");
}

}  // namespace jail::cli
