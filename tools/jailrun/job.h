// From a command line to a JobSpec: which language, which files with which bytes. Everything a path
// names is opened here, with the caller's rights; the jail only ever gets the bytes.
#ifndef TOOLS_JAILRUN_JOB_H_
#define TOOLS_JAILRUN_JOB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/runtime.pb.h"
#include "tools/jailrun/command_line.h"

namespace jail::cli {

// What this build knows by name.
struct Catalog {
  const v1::RuntimeCatalog& runtimes;
  std::vector<absl::string_view> policies;
  std::vector<std::string> rootfs;  // Only when the command line names one.
};

// By name or alias; NotFoundError names the nearest one.
absl::StatusOr<const v1::Runtime*> FindRuntime(const v1::RuntimeCatalog& catalog, absl::string_view name);

// By the extension of `path`.
absl::StatusOr<const v1::Runtime*> FindRuntimeForFile(const v1::RuntimeCatalog& catalog,
                                                      absl::string_view path);

struct Request {
  v1::JobSpec job;
  // What the program reads: our standard input, a file of ours, or nothing.
  Fd stdin_file;
  int stdin_fd = -1;
};

// For kRun and kExec.
absl::StatusOr<Request> BuildRequest(const CommandLine& line, const Catalog& catalog);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_JOB_H_
