#include "tools/jailrun/artifacts.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using absl::string_view;

// Linear but for one step back to the last '*': a stranger picks the names.
bool MatchPart(string_view pattern, string_view name) {
  size_t p = 0, n = 0, after_star = string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (after_star != string_view::npos) {
      p = after_star;
      n = ++resume;
    } else {
      return false;
    }
  }
  return absl::c_all_of(pattern.substr(p), [](char left) { return left == '*'; });
}

bool StartsHidden(string_view part) { return !part.empty() && (part[0] == '.' || part[0] == '-'); }

bool IsWildcard(string_view pattern) { return pattern.find_first_of("*?") != string_view::npos; }

// A part of a path that means something else than "this name in that directory".
bool IsBadPart(string_view part) { return part.empty() || part == "." || part == ".." || part.size() > 255; }

absl::Status CheckPath(string_view path) {
  const std::vector<string_view> parts = absl::StrSplit(path, '/');
  if (absl::c_any_of(parts, IsBadPart)) return absl::InvalidArgumentError("not a plain relative path");
  if (Visible(path) != path) return absl::InvalidArgumentError("control characters in the name");
  return absl::OkStatus();
}

absl::StatusOr<Fd> OpenBeneath(int directory, const std::string& path, uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  Fd fd(static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how))));
  if (!fd.valid()) return SystemError(errno, "cannot open its directory");
  return fd;
}

// "a/b" of "a/b/c.txt", made where it is missing, as a descriptor. One part at a time, so that every
// one is looked at without following a link.
absl::StatusOr<Fd> OpenParent(int root, const std::vector<std::string>& parts) {
  JAIL_ASSIGN_OR_RETURN(Fd current, OpenBeneath(root, ".", O_PATH | O_DIRECTORY));
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (mkdirat(current.get(), parts[i].c_str(), 0777) != 0 && errno != EEXIST) {
      return SystemError(errno, "cannot make its directory");
    }
    JAIL_ASSIGN_OR_RETURN(current, OpenBeneath(current.get(), parts[i], O_PATH | O_DIRECTORY));
  }
  return current;
}

absl::Status WriteNew(int parent, const std::string& name, string_view content) {
  const Fd fd(openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd.valid()) return SystemError(errno, "cannot create it");
  absl::Status status = WriteAll(fd.get(), content);
  if (!status.ok()) unlinkat(parent, name.c_str(), 0);  // Nothing rather than half of it.
  return status;
}

// Only a plain file gives way to a new one; a directory, a link or a device stays.
absl::Status Replace(int parent, const std::string& name, string_view content) {
  struct stat info = {};
  if (fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return SystemError(errno, "cannot look at it");
  if (!S_ISREG(info.st_mode)) return absl::AlreadyExistsError("what is there is not a plain file");
  const std::string temporary = absl::StrCat(".jailrun-", getpid(), ".new");
  JAIL_RETURN_IF_ERROR(WriteNew(parent, temporary, content));
  if (renameat(parent, temporary.c_str(), parent, name.c_str()) == 0) return absl::OkStatus();
  const absl::Status status = SystemError(errno, "cannot replace it");
  unlinkat(parent, temporary.c_str(), 0);
  return status;
}

absl::Status WriteOne(int root, const v1::Artifact& artifact, bool may_replace) {
  JAIL_RETURN_IF_ERROR(CheckPath(artifact.path()));
  const std::vector<std::string> parts = absl::StrSplit(artifact.path(), '/');
  JAIL_ASSIGN_OR_RETURN(const Fd parent, OpenParent(root, parts));
  const absl::Status status = WriteNew(parent.get(), parts.back(), artifact.content());
  if (!absl::IsAlreadyExists(status)) return status;
  if (may_replace) return Replace(parent.get(), parts.back(), artifact.content());
  return absl::AlreadyExistsError("it exists already; name it in full to replace it, or use --get-dir");
}

GlobMatch BestMatch(const v1::JobSpec& job, string_view path) {
  GlobMatch best = GlobMatch::kNone;
  for (const std::string& glob : job.artifact_globs()) best = std::max(best, MatchGlob(glob, path));
  return best;
}

// "--get '*'" is not meant to bring the program's own source back.
bool IsUnchangedInput(const v1::JobSpec& job, const v1::Artifact& artifact) {
  return absl::c_any_of(job.files(), [&artifact](const v1::SourceFile& file) {
    return file.path() == artifact.path() && file.content() == artifact.content();
  });
}

absl::Status Deliver(int root, const v1::JobSpec& job, const v1::Artifact& artifact) {
  if (!artifact.path_bytes().empty()) return absl::InvalidArgumentError("its name is not UTF-8");
  const GlobMatch match = BestMatch(job, artifact.path());
  const bool wanted = match != GlobMatch::kNone && !IsUnchangedInput(job, artifact);
  if (!wanted) return absl::OkStatus();
  JAIL_RETURN_IF_ERROR(WriteOne(root, artifact, match == GlobMatch::kExact));
  if (!artifact.truncated()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("only the first ", artifact.content().size(), " of ",
                                          artifact.total_bytes(), " bytes were kept"));
}

absl::StatusOr<Fd> OpenDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
    return SystemError(errno, absl::StrCat("cannot make ", Quoted(directory)));
  }
  Fd fd(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, absl::StrCat("cannot open ", Quoted(directory)));
  return fd;
}

}  // namespace

GlobMatch MatchGlob(string_view pattern, string_view path) {
  if (pattern == path) return GlobMatch::kExact;
  const std::vector<string_view> wanted = absl::StrSplit(pattern, '/');
  const std::vector<string_view> parts = absl::StrSplit(path, '/');
  if (wanted.size() != parts.size()) return GlobMatch::kNone;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (StartsHidden(parts[i]) && (wanted[i].empty() || wanted[i][0] != parts[i][0])) return GlobMatch::kNone;
    if (!MatchPart(wanted[i], parts[i])) return GlobMatch::kNone;
  }
  return GlobMatch::kWildcard;
}

std::vector<std::string> WriteArtifacts(const v1::JobSpec& job, const v1::ResultRecord& record,
                                        const std::string& directory) {
  if (record.artifacts().empty()) return {};
  const absl::StatusOr<Fd> root = OpenDirectory(directory);
  if (!root.ok()) return {std::string(root.status().message())};
  std::vector<std::string> problems;
  for (const v1::Artifact& artifact : record.artifacts()) {
    const absl::Status status = Deliver(root->get(), job, artifact);
    if (!status.ok()) problems.push_back(absl::StrCat(Quoted(artifact.path()), ": ", status.message()));
  }
  return problems;
}

std::vector<std::string> MissingArtifacts(const v1::JobSpec& job, const v1::ResultRecord& record) {
  std::vector<std::string> missing;
  for (const std::string& glob : job.artifact_globs()) {
    const bool there = absl::c_any_of(
        record.artifacts(), [&glob](const v1::Artifact& artifact) { return artifact.path() == glob; });
    if (!IsWildcard(glob) && !there) missing.push_back(glob);
  }
  return missing;
}

}  // namespace jail::cli
