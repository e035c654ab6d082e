// The state a process needs before it may do anything, whatever its caller left behind, and the
// signals that cancel a run as a descriptor. Called by main, first thing.
#ifndef TOOLS_JAILRUN_PROCESS_H_
#define TOOLS_JAILRUN_PROCESS_H_

#include "absl/status/statusor.h"
#include "jail/base/fd.h"

namespace jail::cli {

// Which of the three were open when we were started; the closed ones are /dev/null by now, so that
// no file of ours can become somebody's standard output.
struct StandardStreams {
  bool stdin_open = false;
  bool stdout_open = false;
  bool stderr_open = false;
};

// Fills descriptors 0 to 2, marks every other inherited one close-on-exec, and undoes blocked and
// ignored signals. Ends the process with status 125 when there is no /dev/null.
StandardStreams MakeProcessSane();

// SIGINT, SIGTERM and SIGHUP as something to read. From Block() on they no longer end the process.
// SIGHUP stays ignored when the caller ignores it: that is what nohup(1) is for.
class CancelSignals {
 public:
  static absl::StatusOr<CancelSignals> Block();

  // Readable once a signal has come: Io::cancel_fd.
  int fd() const { return fd_.get(); }

  // The first signal that came; 0 when none has.
  int Received() const;

 private:
  explicit CancelSignals(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_PROCESS_H_
