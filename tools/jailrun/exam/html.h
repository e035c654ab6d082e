// An exam's outcome as one page for a browser. As html.h: it loads nothing, runs nothing, and every text in
// it went through Escape().
#ifndef TOOLS_JAILRUN_EXAM_HTML_H_
#define TOOLS_JAILRUN_EXAM_HTML_H_

#include <string>

#include "jail/v1/exam.pb.h"

namespace jail::cli {

// Verdict and counts, a table of all cases, and each of the first thousand by itself. Shows what cases
// expect: not for a submission's author, and the page says so.
std::string RenderExamHtml(const v1::ExamResult& result);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_HTML_H_
