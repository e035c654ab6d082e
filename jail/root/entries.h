// The entries of a root view, made below a new root: links, small files, and read-only looks at a source,
// which is the host's own file system or that of an image. Called by the jail's first process, without rights
// on the host.
#ifndef JAIL_ROOT_ENTRIES_H_
#define JAIL_ROOT_ENTRIES_H_

#include <cstdint>

#include "jail/plan/builtin.h"
#include "jail/plan/raw_report.h"

namespace jail::root {

struct Place {
  int source;    // Where what is bound lies, O_PATH: the host's "/", or an image's.
  int new_root;  // Where the entries are made.
};

// Those of /dev, which are the host's own whatever the root, or all the others. The trace gets each one's
// number and path.
enum class Part : uint8_t { kDevices, kOthers };
int MakeEntries(const plan::RootView& view, Part part, const Place& place, plan::Trace& trace);

}  // namespace jail::root

#endif  // JAIL_ROOT_ENTRIES_H_
