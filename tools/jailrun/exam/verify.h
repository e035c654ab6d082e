// `jailrun verify LOG [--key FILE.pub] [--result FILE]`: whether an exam's log is what the exam wrote.
#ifndef TOOLS_JAILRUN_EXAM_VERIFY_H_
#define TOOLS_JAILRUN_EXAM_VERIFY_H_

#include <string>

#include "jail/exam/log/verify.h"
#include "tools/jailrun/command_line.h"

namespace jail::cli {

// 0: nothing is wrong; 1: something is; 2: a file cannot be read.
int VerifyCommand(const CommandLine& line);

// For a person. `name`: the log's, as it is to be shown.
std::string RenderReport(const exam::Report& report, absl::string_view name);

// {"ok", "entries", "cases", "signed", "key", "key_is_known", "findings": [{"line", "entry", "message"}]}.
// Line 0 and entry -1: none. More than 100 findings are counted in "findings_left_out".
std::string ReportJson(const exam::Report& report);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_VERIFY_H_
