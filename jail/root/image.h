// A root from an image: an EROFS file that root has put where only root can. The plan's caller chooses among
// those by name; a file system of a caller's making never gets near the kernel's parser. By the helper, with
// privilege.
#ifndef JAIL_ROOT_IMAGE_H_
#define JAIL_ROOT_IMAGE_H_

#include "jail/plan/raw_report.h"

namespace jail::root {

// For reading, by the name of its folder in plan::kImagesFolder. Every folder on the way and the file itself
// must be root's and writable by nobody else (EPERM), and nothing on it a link (ELOOP, ENOTDIR); each is
// looked at through the descriptor that the next is opened by. The trace names the one that fails.
int OpenImage(const char* name, plan::Trace& trace, int* file);

// A new mount of that file, attached nowhere: read-only, no set-uid, no devices; gone with its last
// descriptor. ENOTBLK: a kernel before 6.12 mounts no files (MountThroughLoop does it). ENODEV: it has no
// EROFS.
int MountImage(int file, int* mount);

}  // namespace jail::root

#endif  // JAIL_ROOT_IMAGE_H_
