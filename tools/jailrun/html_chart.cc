#include "tools/jailrun/html_chart.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/html.h"

namespace jail::cli {
namespace {

using Sample = v1::ResourceSample;

// A record may hold anything: what is drawn stays within its frame.
double Share(double part, double whole) { return whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0.0; }
double Number(int64_t value) { return static_cast<double>(std::max<int64_t>(value, 0)); }
std::string Percent(double share) { return absl::StrFormat("%.2f%%", 100 * share); }

// --- Steps ---

// The program's own time would leave the steps around it no room: it gets a third at most.
class Scale {
 public:
  explicit Scale(const std::vector<v1::StepTime>& steps) {
    for (const v1::StepTime& step : steps) {
      if (step.step() == "supervise") {
        start_ = Number(step.start_us());
        end_ = start_ + Number(step.duration_us());
      }
      whole_ = std::max(whole_, Number(step.start_us()) + Number(step.duration_us()));
    }
    const double around = whole_ - (end_ - start_);
    if (end_ > start_) factor_ = std::min(1.0, around / 2 / (end_ - start_));
    whole_ = Shorten(whole_);
  }

  double At(double us) const { return Share(Shorten(us), whole_); }
  bool shortened() const { return factor_ < 1; }

 private:
  double Shorten(double us) const {
    if (us <= start_) return us;
    return us <= end_ ? start_ + (us - start_) * factor_ : us - (end_ - start_) * (1 - factor_);
  }

  double start_ = 0, end_ = 0, whole_ = 0, factor_ = 1;
};

std::string StepRow(const v1::StepTime& step, const Scale& scale) {
  const double start = scale.At(Number(step.start_us()));
  const double end = scale.At(Number(step.start_us()) + Number(step.duration_us()));
  return absl::StrCat("<tr><td>", Escape(step.step()), "<td class=\"n\">",
                      FormatMicroseconds(step.start_us()), "<td class=\"n\">",
                      FormatMicroseconds(step.duration_us()),
                      "<td class=\"lane\"><span style=\"margin-left:", Percent(start),
                      ";width:", Percent(end - start), "\"></span></tr>\n");
}

// --- Samples ---

constexpr double kChartWidth = 640;
constexpr double kHeight = 90;

struct Curve {
  const char* title;
  int64_t (*value)(const Sample& sample);
  int64_t (*limit)(const v1::Limits& limits);  // 0: none
  std::string (*format)(int64_t value);
};

std::string CountText(int64_t value) { return absl::StrCat(value); }

constexpr Curve kCurves[] = {
    {"CPU time", [](const Sample& s) -> int64_t { return s.cpu_time_us(); },
     [](const v1::Limits& l) -> int64_t { return l.cpu_time_ms() * 1000; }, FormatMicroseconds},
    {"anonymous memory", [](const Sample& s) -> int64_t { return s.memory_anonymous_bytes(); },
     [](const v1::Limits& l) -> int64_t { return l.memory_bytes(); }, FormatBytes},
    {"processes", [](const Sample& s) -> int64_t { return s.processes(); },
     [](const v1::Limits& l) -> int64_t { return l.processes(); }, CountText},
    {"stdout", [](const Sample& s) -> int64_t { return s.stdout_bytes(); },
     [](const v1::Limits& l) -> int64_t { return l.output_bytes(); }, FormatBytes},
    {"stderr", [](const Sample& s) -> int64_t { return s.stderr_bytes(); },
     [](const v1::Limits& l) -> int64_t { return l.output_bytes(); }, FormatBytes},
    {"page cache and tmpfs", [](const Sample& s) -> int64_t { return s.memory_file_bytes(); },
     [](const v1::Limits& l) -> int64_t { return l.memory_bytes(); }, FormatBytes},
};

std::string Points(const v1::Timeline& timeline, const Curve& curve, double most) {
  const double last = Number(timeline.samples().rbegin()->at_us());
  std::string points;
  for (const Sample& sample : timeline.samples()) {
    absl::StrAppendFormat(&points, "%.1f,%.1f ", kChartWidth * Share(Number(sample.at_us()), last),
                          kHeight * (1 - Share(Number(curve.value(sample)), most)));
  }
  return points;
}

// The limit is part of the picture when the curve comes near it; otherwise it would press the curve flat.
std::string CurveChart(const v1::Timeline& timeline, const Curve& curve, const v1::Limits& limits) {
  int64_t peak = 0;
  for (const Sample& sample : timeline.samples()) peak = std::max(peak, curve.value(sample));
  const int64_t limit = curve.limit(limits);
  const bool near = limit > 0 && peak >= limit / 4;
  const double most = Number(near ? std::max(peak, limit) : peak) * 1.05;
  const double limit_y = kHeight * (1 - Share(Number(limit), most));
  return absl::StrCat(
      "<figure><figcaption>", curve.title, ": at most ", curve.format(peak),
      limit > 0 ? absl::StrCat(", limit ", curve.format(limit)) : "", "</figcaption>",
      absl::StrFormat("<svg viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\">", kChartWidth, kHeight),
      near ? absl::StrFormat("<line class=\"limit\" x1=\"0\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                             kChartWidth, limit_y, limit_y)
           : "",
      "<polyline points=\"", Points(timeline, curve, most), "\"/></svg></figure>\n");
}

}  // namespace

std::string UsageBar(double share, bool reached) {
  return absl::StrCat("<span class=\"bar\"><span class=\"", reached ? "full" : "part",
                      "\" style=\"width:", Percent(Share(share, 1)), "\"></span></span>");
}

std::string StepChart(const v1::Timeline& timeline, absl::string_view phase) {
  std::vector<v1::StepTime> steps;
  for (const v1::StepTime& step : timeline.steps()) {
    if (step.phase() == phase) steps.push_back(step);
  }
  if (steps.empty()) return "";
  std::stable_sort(steps.begin(), steps.end(),
                   [](const v1::StepTime& a, const v1::StepTime& b) { return a.start_us() < b.start_us(); });
  const Scale scale(steps);
  std::string rows;
  for (const v1::StepTime& step : steps) absl::StrAppend(&rows, StepRow(step, scale));
  return absl::StrCat("<details open><summary>Steps",
                      scale.shortened() ? "; the program's own time (supervise) is drawn shortened" : "",
                      "</summary>\n<table class=\"steps\"><tr><th>step<th>at<th>took<th></tr>\n", rows,
                      "</table></details>\n");
}

std::string ResourceCharts(const v1::Timeline& timeline, const v1::Limits& limits) {
  if (timeline.samples().empty()) return "";
  std::string charts;
  for (const Curve& curve : kCurves) absl::StrAppend(&charts, CurveChart(timeline, curve, limits));
  return absl::StrCat("<h2>Resources, over ", FormatMicroseconds(timeline.samples().rbegin()->at_us()),
                      "</h2>\n", charts);
}

}  // namespace jail::cli
