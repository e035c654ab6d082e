// `jailrun langs`: what there is, whether it is installed, which version it is, and whether it works; as a
// message, and as tables of it.
#ifndef TOOLS_JAILRUN_LANGS_REPORT_H_
#define TOOLS_JAILRUN_LANGS_REPORT_H_

#include <string>
#include <vector>

#include "jail/jail.h"
#include "jail/v1/languages.pb.h"
#include "jail/v1/runtime.pb.h"
#include "tools/jailrun/probes.h"

namespace jail::cli {

// What is asked of the languages themselves, in jails; kFirstProbe: and how long the smallest program takes.
enum class Ask { kNothing, kVersions, kFirstProbe, kEverything };

// `run` is not called for kNothing.
v1::LanguageReport DescribeLangs(const std::vector<const v1::Runtime*>& runtimes, Ask ask, RunJob run,
                                 const RootFiles& files = HostFiles());

std::string RenderLangs(const v1::LanguageReport& report);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_LANGS_REPORT_H_
