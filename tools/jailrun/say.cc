#include "tools/jailrun/say.h"

#include <signal.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {

int Show(absl::string_view text) {
  const absl::Status status = WriteAll(STDOUT_FILENO, text);
  if (status.ok()) return kExitOk;
  if (absl::IsFailedPrecondition(status))
    return 128 + SIGPIPE;  // EPIPE: `jailrun langs | head` is no mistake.
  Complain(absl::StrCat("standard output: ", status.message()));
  return kExitJail;
}

void Complain(absl::string_view message) {
  static_cast<void>(WriteAll(STDERR_FILENO, absl::StrCat("jailrun: ", message, "\n")));
}

bool NoneFailed(absl::Span<const absl::Status> statuses) {
  bool none = true;
  for (const absl::Status& status : statuses) {
    if (status.ok()) continue;
    Complain(status.message());
    none = false;
  }
  return none;
}

int Fail(const absl::Status& status, int exit_status) {
  Complain(Visible(status.message()));
  return exit_status;
}

}  // namespace jail::cli
