#include "jail/cache/artifact_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/sha256.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/write.h"

namespace jail::cache {
namespace {

constexpr size_t kDigestBytes = crypto_hash_sha256_BYTES;
constexpr size_t kNameLetters = 2 * kDigestBytes;
// As a sealed plan could hold no more.
constexpr int64_t kMostArtifactBytes = int64_t{256} << 20;
// When it is full a tenth goes at once, so that not every run has to make room.
constexpr int64_t kLeftOf10 = 9;

absl::Status Failed(const std::string& what, int error = errno) {
  return absl::UnavailableError(absl::StrCat("the artifact cache: ", what, ": ", ErrnoName(error)));
}

// Each part of the path that is missing, as `mkdir -p` would with umask 077.
absl::Status MakeFolders(const std::string& folder) {
  for (size_t at = folder.find('/', 1);; at = folder.find('/', at + 1)) {
    const std::string part = folder.substr(0, at);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return Failed(absl::StrCat("make ", Quoted(part)));
    if (at == std::string::npos) return absl::OkStatus();
  }
}

// What others may write to, others may have filled.
absl::Status CheckOwner(int folder, const std::string& name) {
  struct stat status;
  if (fstat(folder, &status) != 0) return Failed(absl::StrCat("look at ", Quoted(name)));
  if (status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("the artifact cache ", Quoted(name), " must be yours, and nobody else's to write to"));
}

bool IsArtifact(absl::string_view name) {
  return name.size() == kNameLetters && std::all_of(name.begin(), name.end(), absl::ascii_isxdigit);
}

std::string NameOf(absl::string_view key) { return absl::BytesToHexString(key); }

std::optional<std::string> ReadWhole(int file) {
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > kMostArtifactBytes)
    return std::nullopt;
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got = read(file, bytes.data() + done, bytes.size() - done);
    if (got <= 0) return std::nullopt;
    done += static_cast<size_t>(got);
  }
  return bytes;
}

struct Kept {
  std::string name;
  int64_t bytes;
  timespec used;
};

// Every artifact that is there, the least recently used first.
std::vector<Kept> List(int folder) {
  std::vector<Kept> all;
  Fd fd(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* entries = fd.valid() ? fdopendir(fd.get()) : nullptr;
  if (entries == nullptr) return all;
  fd.Release();  // closedir closes it.
  while (const dirent* entry = readdir(entries)) {
    struct stat status;
    if (!IsArtifact(entry->d_name) || fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    all.push_back({entry->d_name, status.st_size, status.st_mtim});
  }
  closedir(entries);
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  return all;
}

}  // namespace

absl::StatusOr<ArtifactCache> ArtifactCache::Open(const std::string& folder, int64_t most_bytes) {
  if (folder.empty() || folder.front() != '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("the artifact cache ", Quoted(folder), " is no absolute path"));
  }
  JAIL_RETURN_IF_ERROR(MakeFolders(folder));
  Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return Failed(absl::StrCat("open ", Quoted(folder)));
  JAIL_RETURN_IF_ERROR(CheckOwner(fd.get(), folder));
  return ArtifactCache(std::move(fd), most_bytes);
}

std::optional<v1::CompiledArtifact> ArtifactCache::Find(absl::string_view key) const {
  const std::string name = NameOf(key);
  const Fd file(openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  const std::optional<std::string> bytes = ReadWhole(file.get());
  const absl::string_view all = bytes ? absl::string_view(*bytes) : absl::string_view();
  v1::CompiledArtifact artifact;
  const bool whole =
      all.size() > kDigestBytes && Sha256Of(all.substr(kDigestBytes)) == all.substr(0, kDigestBytes) &&
      artifact.ParseFromArray(all.data() + kDigestBytes, static_cast<int>(all.size() - kDigestBytes));
  if (!whole) {
    unlinkat(folder_.get(), name.c_str(), 0);
    return std::nullopt;
  }
  futimens(file.get(), nullptr);  // Used now.
  return artifact;
}

absl::Status ArtifactCache::Keep(absl::string_view key, const v1::CompiledArtifact& artifact) const {
  std::string bytes(kDigestBytes, '\0');
  if (!artifact.AppendToString(&bytes)) return absl::InternalError("the artifact cannot be written");
  if (static_cast<int64_t>(bytes.size()) > std::min(most_bytes_, kMostArtifactBytes)) {
    return absl::ResourceExhaustedError("the artifact is larger than the whole cache may be");
  }
  bytes.replace(0, kDigestBytes, Sha256Of(absl::string_view(bytes).substr(kDigestBytes)));
  // Without a name until it is whole: who is killed on the way leaves nothing.
  const Fd file(openat(folder_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0400));
  if (!file.valid()) return Failed("make a file");
  if (const int error = WriteFully(file.get(), bytes)) return Failed("write", error);
  const std::string path = absl::StrCat("/proc/self/fd/", file.get());
  if (linkat(AT_FDCWD, path.c_str(), folder_.get(), NameOf(key).c_str(), AT_SYMLINK_FOLLOW) != 0 &&
      errno != EEXIST) {
    return Failed("name the file");
  }
  MakeRoom();
  return absl::OkStatus();
}

// Others may do so at the same time: a file that has gone is as good as removed.
void ArtifactCache::MakeRoom() const {
  const std::vector<Kept> all = List(folder_.get());
  int64_t total = 0;
  for (const Kept& kept : all) total += kept.bytes;
  if (total <= most_bytes_) return;
  for (const Kept& kept : all) {
    if (total <= most_bytes_ / 10 * kLeftOf10) return;
    unlinkat(folder_.get(), kept.name.c_str(), 0);
    total -= kept.bytes;
  }
}

}  // namespace jail::cache
