// Writes the files a run gave back into a directory of the caller's. Their names and their bytes are a
// stranger's, so:
// - a file lands beneath the directory only; no link is followed, neither one that was there nor one
//   put there meanwhile (openat2 BENEATH|NO_SYMLINKS);
// - a file that exists is replaced only when the caller named it in full (--get report.txt), never by a
//   wildcard, and by a rename, so that a link of that name is not written through;
// - a wildcard never yields a name, or a directory, that begins with "." or "-": "--get '*'" at home
//   must not be able to create .bash_profile;
// - a name with control characters is refused; files are not executable.
// A file that went in and comes back as it was is not written. What is refused stays in the record.
#ifndef TOOLS_JAILRUN_ARTIFACTS_H_
#define TOOLS_JAILRUN_ARTIFACTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

// How the caller's pattern relates to a file's name.
enum class GlobMatch { kNone, kWildcard, kExact };

// '*' and '?' match anything but '/', and no leading "." or "-" of a part.
GlobMatch MatchGlob(absl::string_view pattern, absl::string_view path);

// Those that the job's globs ask for. One message for each that was not written, or not whole; empty:
// everything is there. `directory` is created when it is missing (its parent is not).
std::vector<std::string> WriteArtifacts(const v1::JobSpec& job, const v1::ResultRecord& record,
                                        const std::string& directory);

// The globs that name a file in full which the run did not give back.
std::vector<std::string> MissingArtifacts(const v1::JobSpec& job, const v1::ResultRecord& record);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_ARTIFACTS_H_
