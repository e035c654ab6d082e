// What compilers have made, kept in a folder of the caller's: the same input under the same toolchain is
// compiled once. Nothing in a jail can reach the folder; what is in it came out of a jail that was made for
// exactly that input.
//
// A file an artifact, named by its key and made whole or not at all, so any number of processes may use one
// folder, and one that is killed leaves nothing half-made. Each begins with the SHA-256 of the rest: what a
// full disk or a crash has damaged is removed and made anew.
#ifndef JAIL_CACHE_ARTIFACT_CACHE_H_
#define JAIL_CACHE_ARTIFACT_CACHE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/v1/compiled.pb.h"

namespace jail::cache {

// Thread-safe.
class ArtifactCache {
 public:
  // Makes the folder, and those above it, for their owner alone. PermissionDeniedError: others may write to
  // it, or it is somebody else's.
  static absl::StatusOr<ArtifactCache> Open(const std::string& folder, int64_t most_bytes);

  // Nothing when nothing usable is kept under this key (32 bytes, see key.h).
  std::optional<v1::CompiledArtifact> Find(absl::string_view key) const;

  // Over `most_bytes` in all, what was looked at least recently goes. An error is no more than a miss of the
  // next.
  absl::Status Keep(absl::string_view key, const v1::CompiledArtifact& artifact) const;

 private:
  ArtifactCache(Fd folder, int64_t most_bytes) : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  void MakeRoom() const;

  Fd folder_;
  int64_t most_bytes_;
};

}  // namespace jail::cache

#endif  // JAIL_CACHE_ARTIFACT_CACHE_H_
