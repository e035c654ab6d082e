// What a phase used of each limit, as words and as a share: one line for each resource, for the text of
// render_phase.cc and for the bars of html.cc.
#ifndef TOOLS_JAILRUN_LIMIT_LINES_H_
#define TOOLS_JAILRUN_LIMIT_LINES_H_

#include <optional>
#include <string>
#include <vector>

#include "jail/v1/result.pb.h"

namespace jail::cli {

struct LimitLine {
  std::string label;  // "CPU time"
  std::string used;   // Empty: not known.
  std::string limit;  // "-": none.
  std::string mechanism;
  std::string hit;              // "REACHED, ended the run"; empty: not reached.
  std::optional<double> share;  // Used of the limit; 1 is all.
  bool known = false;           // There is something to say beside the limit itself.
  bool limited = false;
};

std::vector<LimitLine> LimitLines(const v1::PhaseResult& phase);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_LIMIT_LINES_H_
