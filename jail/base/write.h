// Everything of something to a descriptor that may be anybody's. For the helper there is WriteWhole in sys.h.
#ifndef JAIL_BASE_WRITE_H_
#define JAIL_BASE_WRITE_H_

#include "absl/strings/string_view.h"

namespace jail {

// 0 or an errno; through partial writes, interruptions and the owner's O_NONBLOCK. Waits for a reader that is
// slow.
int WriteFully(int fd, absl::string_view bytes);

}  // namespace jail

#endif  // JAIL_BASE_WRITE_H_
