// The languages as this machine has them: which there are, whose toolchains are here, what brings the others,
// and whether they work: --check runs the test programs that each runtime brings along, in the jail.
#ifndef TOOLS_JAILRUN_LANGS_H_
#define TOOLS_JAILRUN_LANGS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/jail.h"
#include "jail/v1/languages.pb.h"
#include "jail/v1/runtime.pb.h"
#include "tools/jailrun/probes.h"

namespace jail::cli {

using Print = absl::FunctionRef<void(absl::string_view text)>;

// Those of the runtimes that `names` names; all when it is empty.
absl::StatusOr<std::vector<const v1::Runtime*>> PickRuntimes(const v1::RuntimeCatalog& catalog,
                                                             const std::vector<std::string>& names);

// The same for `langs install`: without names those that are installed on request are left out.
absl::StatusOr<std::vector<const v1::Runtime*>> PickToInstall(const v1::RuntimeCatalog& catalog,
                                                              const std::vector<std::string>& names);

// The programs of the host that a runtime needs but that are not there, nor any that may stand in for them.
std::vector<std::string> MissingTools(const v1::Runtime& runtime, const RootFiles& files = HostFiles());

// The installer's arguments for all of them: "debian:gcc", "toolchain:typescript"; each once.
std::vector<std::string> InstallArguments(const std::vector<const v1::Runtime*>& runtimes);

// What this machine lacks for it and what brings it: "not installed: no /usr/bin/x; apt-get install x".
// Empty: nothing.
std::string VariantLacks(const v1::Runtime& runtime, const v1::Runtime::Variant& variant,
                         const RootFiles& files = HostFiles());

// The program itself, or what stands in for it here, as Resolve chooses; itself when neither is there.
const std::string& ProgramHere(const v1::Runtime& runtime, const std::string& program,
                               const RootFiles& files = HostFiles());

// "not installed: no /usr/bin/x (as root: jailrun langs install x)", or "".
std::string Lacks(const v1::Runtime& runtime, const RootFiles& files = HostFiles());

// Every probe, with a line for each.
v1::SelfTest CheckLang(const v1::Runtime& runtime, RunJob run, Print print,
                       const RootFiles& files = HostFiles());

// The same for all, and a line of the sum: runs every probe and prints a line for each; true when all did
// what they should. A language that is not installed fails, but one that is installed on request is left out.
bool CheckLangs(const std::vector<const v1::Runtime*>& runtimes, RunJob run, Print print,
                const RootFiles& files = HostFiles());

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_LANGS_H_
