#include "jail/root/entries.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/mounts.h"
#include "jail/base/sys.h"

namespace jail::root {
namespace {

constexpr unsigned kNoDevices = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

// "/usr" -> "usr", for calls relative to a root.
const char* Inside(const plan::ViewEntry& entry) { return entry.path + 1; }

int Bind(const Place& place, const plan::ViewEntry& entry, unsigned attributes) {
  int source = -1;
  if (const int error = OpenBeneath(place.source, Inside(entry), O_PATH, 0, &source)) return error;
  const int error = BindTree(place.new_root, Inside(entry), source, MOUNT_ATTR_RDONLY | attributes);
  CloseFd(&source);
  return error;
}

// What a merged /usr has as a link stays a link, what an older host has as a directory is bound.
int CopyLinkOrBind(const Place& place, const plan::ViewEntry& entry) {
  char target[256];
  const ssize_t length = readlinkat(place.source, Inside(entry), target, sizeof target - 1);
  if (length < 0 && errno == EINVAL) return Bind(place, entry, kNoDevices);
  if (length < 0) return errno == ENOENT ? 0 : errno;
  target[length] = '\0';
  return Errno(symlinkat(target, place.new_root, Inside(entry)));
}

int MakeEntry(const Place& place, const plan::ViewEntry& entry) {
  switch (entry.kind) {
    case plan::EntryKind::kDir:
      return MakeDirectory(place.new_root, Inside(entry));
    case plan::EntryKind::kBind:
      return Bind(place, entry, kNoDevices);
    case plan::EntryKind::kBindOptional: {
      const int error = Bind(place, entry, kNoDevices);
      return error == ENOENT || error == ENOTDIR ? 0 : error;
    }
    case plan::EntryKind::kFile:
      return MakeFile(place.new_root, Inside(entry), entry.content, entry.content_size);
    case plan::EntryKind::kLink:
      return Errno(symlinkat(entry.content, place.new_root, Inside(entry)));
    case plan::EntryKind::kLinkOrBind:
      return CopyLinkOrBind(place, entry);
    case plan::EntryKind::kDevice:
      return Bind(place, entry, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  }
  return EINVAL;
}

Part PartOf(const plan::ViewEntry& entry) {
  return std::strncmp(entry.path, "/dev", 4) == 0 ? Part::kDevices : Part::kOthers;
}

}  // namespace

int MakeEntries(const plan::RootView& view, Part part, const Place& place, plan::Trace& trace) {
  for (int i = 0; i < view.count; ++i) {
    const plan::ViewEntry& entry = view.entries[i];
    if (PartOf(entry) != part) continue;
    plan::At(trace, i, entry.path);
    if (const int error = MakeEntry(place, entry)) return error;
  }
  return 0;
}

}  // namespace jail::root
