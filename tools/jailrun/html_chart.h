// The pictures of html.h, drawn with CSS and inline SVG: numbers in, markup out.
#ifndef TOOLS_JAILRUN_HTML_CHART_H_
#define TOOLS_JAILRUN_HTML_CHART_H_

#include <string>

#include "absl/strings/string_view.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

// A bar, full at 1; `reached` gives it another colour.
std::string UsageBar(double share, bool reached);

// Every step of one phase ("compile" or "run") at its time. Empty when it has none.
std::string StepChart(const v1::Timeline& timeline, absl::string_view phase);

// CPU time, memory, processes and output over time, each with its limit as a line. Empty without samples.
std::string ResourceCharts(const v1::Timeline& timeline, const v1::Limits& limits);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_HTML_CHART_H_
