// Brings files back out of a work directory that a stranger's program has filled: artifacts by glob,
// a compiler's products by path. Called when every process of the jail is dead, so nothing changes
// under our hands; still nothing here trusts a name, follows a link, waits, or reads more than its
// bounds. Every name is opened beneath the directory descriptor, never by a path of this host.
#ifndef JAIL_WATCH_COLLECT_H_
#define JAIL_WATCH_COLLECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "jail/watch/fault.h"

namespace jail::watch {

struct CollectBounds {
  int64_t total_bytes = 0;  // Of all contents together. What is over is cut off and said so.
  int files = 1000;
  int entries = 100'000;  // Directory entries looked at.
  int depth = 64;         // Parts of a path.
};

struct CollectedFile {
  std::string path;  // As its bytes are, relative to the directory.
  std::string content;
  int64_t total_bytes = 0;
  bool truncated = false;
};

// Every regular file that a glob matches, once, sorted by path. '*' and '?' stop at '/' and do not
// match a leading dot; "**" has no meaning. A directory that is no directory, a link, a FIFO, a socket
// and a file that vanishes are no matches.
std::vector<CollectedFile> CollectGlobs(int work_fd, absl::Span<const std::string> globs,
                                        const CollectBounds& bounds);

// Exactly these; anything missing, not regular or too large is a fault that names it. A path that ends in "/"
// is a directory: everything below it, sorted, each file by its path from there; there must be at least one.
Fault CollectExactly(int work_fd, absl::Span<const std::string> paths, const CollectBounds& bounds,
                     std::vector<CollectedFile>* files);

}  // namespace jail::watch

#endif  // JAIL_WATCH_COLLECT_H_
