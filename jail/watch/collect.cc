#include "jail/watch/collect.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/fd.h"

namespace jail::watch {
namespace {

constexpr size_t kChunkBytes = 256 << 10;

// O_NONBLOCK: a FIFO opens without its other end. O_NOCTTY: there should be no terminal in there.
constexpr int kOpenFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

Fd OpenBeneath(int dir_fd, const std::string& path, int extra_flags) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(kOpenFlags | extra_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return Fd(static_cast<int>(syscall(SYS_openat2, dir_fd, path.c_str(), &how, sizeof(how))));
}

// Up to `most` bytes of a regular file; 0 or an errno. A FIFO and a device open, hence the fstat. Only
// bytes that are wanted are read, so a sparse file of 8 TiB costs no more than any other.
int ReadRegular(int fd, int64_t most, CollectedFile* file) {
  struct stat info;
  if (fstat(fd, &info) != 0) return errno;
  if (!S_ISREG(info.st_mode)) return S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
  file->total_bytes = info.st_size;
  const auto wanted = static_cast<size_t>(std::clamp<int64_t>(info.st_size, 0, std::max<int64_t>(most, 0)));
  file->content.resize(wanted);
  size_t have = 0;
  while (have < wanted) {
    const ssize_t got = read(fd, file->content.data() + have, std::min(kChunkBytes, wanted - have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  file->content.resize(have);
  file->truncated = static_cast<int64_t>(have) < file->total_bytes;
  return 0;
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

// Walks the tree along the globs: a part without magic characters is opened by name, any other is
// matched against the directory's entries.
class GlobWalk {
 public:
  GlobWalk(int work_fd, const CollectBounds& bounds)
      : work_fd_(work_fd), left_(bounds.entries), bounds_(bounds) {}

  void Match(const std::string& glob) {
    const std::vector<std::string> parts = absl::StrSplit(glob, '/', absl::SkipEmpty());
    const bool plain = std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
      return part == "." || part == "..";  // Results have one spelling, and none leads upwards.
    });
    if (plain && !parts.empty() && static_cast<int>(parts.size()) <= bounds_.depth) MatchFrom("", parts);
  }

  // Sorted, each once.
  const std::set<std::string>& found() const { return found_; }

 private:
  // Depth is that of the glob, which is the caller's and bounded; not that of the tree.
  void MatchFrom(const std::string& directory, absl::Span<const std::string> parts) {
    const std::vector<std::string> names = HasMagic(parts.front()) ? MatchingNames(directory, parts.front())
                                                                   : std::vector<std::string>{parts.front()};
    for (const std::string& name : names) {
      if (static_cast<int>(found_.size()) >= bounds_.files) return;
      const std::string path = directory.empty() ? name : absl::StrCat(directory, "/", name);
      if (parts.size() == 1) {
        found_.insert(path);
      } else {
        MatchFrom(path, parts.subspan(1));
      }
    }
  }

  static bool HasMagic(absl::string_view part) {
    return part.find_first_of("*?[\\") != absl::string_view::npos;
  }

  std::vector<std::string> MatchingNames(const std::string& directory, const std::string& pattern) {
    std::vector<std::string> names;
    Fd fd = OpenBeneath(work_fd_, directory.empty() ? "." : directory, O_DIRECTORY);
    if (!fd.valid()) return names;
    const std::unique_ptr<DIR, CloseDir> dir(fdopendir(fd.get()));
    if (dir == nullptr) return names;
    fd.Release();  // closedir closes it.
    while (left_-- > 0) {
      const dirent* entry = readdir(dir.get());
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name != "." && name != ".." &&
          fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) {
        names.push_back(name);
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  int work_fd_;
  int left_;
  CollectBounds bounds_;
  std::set<std::string> found_;
};

// Appends one file that must be there, named `name`; 0 or an errno. `left` is what may still be read.
int TakeFile(int dir_fd, const std::string& path, std::string name, int64_t* left,
             std::vector<CollectedFile>* files) {
  CollectedFile file;
  file.path = std::move(name);
  const Fd fd = OpenBeneath(dir_fd, path, 0);
  int error = fd.valid() ? ReadRegular(fd.get(), *left, &file) : errno;
  if (error == 0 && file.truncated) error = EFBIG;
  if (error != 0) return error;
  *left -= static_cast<int64_t>(file.content.size());
  files->push_back(std::move(file));
  return 0;
}

struct Entry {
  std::string name;
  bool directory;
};

// Those of one directory, by name; 0 or an errno. `left` is how many may still be looked at.
int ListDirectory(int root_fd, const std::string& path, int* left, std::vector<Entry>* entries) {
  Fd fd = OpenBeneath(root_fd, path.empty() ? "." : path, O_DIRECTORY);
  if (!fd.valid()) return errno;
  const std::unique_ptr<DIR, CloseDir> dir(fdopendir(fd.get()));
  if (dir == nullptr) return errno;
  fd.Release();  // closedir closes it.
  while (const dirent* entry = readdir(dir.get())) {
    if ((*left)-- <= 0) return E2BIG;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") entries->push_back({name, entry->d_type == DT_DIR});
  }
  std::sort(entries->begin(), entries->end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return 0;
}

// Everything below a directory, all of which must be regular files and directories.
class TreeWalk {
 public:
  TreeWalk(int root_fd, const CollectBounds& bounds, int64_t* left, std::vector<CollectedFile>* files)
      : root_fd_(root_fd), bounds_(bounds), left_bytes_(left), left_entries_(bounds.entries), files_(files) {}

  // 0, or an errno about subject().
  int Take(const std::string& directory, int depth) {
    subject_ = directory;
    if (depth > bounds_.depth) return ELOOP;
    std::vector<Entry> entries;
    if (const int error = ListDirectory(root_fd_, directory, &left_entries_, &entries)) return error;
    for (const Entry& entry : entries) {
      const std::string path = directory.empty() ? entry.name : absl::StrCat(directory, "/", entry.name);
      if (const int error = entry.directory ? Take(path, depth + 1) : TakeOne(path)) return error;
    }
    return 0;
  }

  const std::string& subject() const { return subject_; }

 private:
  int TakeOne(const std::string& path) {
    subject_ = path;
    if (static_cast<int>(files_->size()) >= bounds_.files) return E2BIG;
    return TakeFile(root_fd_, path, path, left_bytes_, files_);
  }

  int root_fd_;
  CollectBounds bounds_;
  int64_t* left_bytes_;
  int left_entries_;
  std::vector<CollectedFile>* files_;
  std::string subject_;
};

Fault TakeTree(int work_fd, const std::string& directory, const CollectBounds& bounds, int64_t* left,
               std::vector<CollectedFile>* files) {
  const size_t before = files->size();
  const Fd root = OpenBeneath(work_fd, directory, O_DIRECTORY);
  if (!root.valid()) return {kCollectFiles, errno, directory, {}};
  TreeWalk walk(root.get(), bounds, left, files);
  if (const int error = walk.Take("", 0)) {
    return {kCollectFiles, error, absl::StrCat(directory, walk.subject()), {}};
  }
  if (files->size() == before) return {kCollectFiles, ENOENT, directory, {}};
  return {};
}

}  // namespace

std::vector<CollectedFile> CollectGlobs(int work_fd, absl::Span<const std::string> globs,
                                        const CollectBounds& bounds) {
  GlobWalk walk(work_fd, bounds);
  for (const std::string& glob : globs) walk.Match(glob);
  std::vector<CollectedFile> files;
  int64_t left = bounds.total_bytes;
  for (const std::string& path : walk.found()) {
    CollectedFile file;
    file.path = path;
    const Fd fd = OpenBeneath(work_fd, path, 0);
    if (!fd.valid() || ReadRegular(fd.get(), left, &file) != 0) continue;
    left -= static_cast<int64_t>(file.content.size());
    files.push_back(std::move(file));
  }
  return files;
}

Fault CollectExactly(int work_fd, absl::Span<const std::string> paths, const CollectBounds& bounds,
                     std::vector<CollectedFile>* files) {
  int64_t left = bounds.total_bytes;
  for (const std::string& path : paths) {
    if (absl::EndsWith(path, "/")) {
      if (Fault fault = TakeTree(work_fd, path, bounds, &left, files)) return fault;
    } else if (const int error = TakeFile(work_fd, path, path, &left, files)) {
      return {kCollectFiles, error, path, {}};
    }
  }
  return {};
}

}  // namespace jail::watch
