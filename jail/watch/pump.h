// Carries one phase: input to the program, output from it, messages from and to the helper, until
// the helper is done or dead and the pipes are empty. All processes of the jail are dead by then, so
// nothing waits for a descriptor that a descendant of the program still holds.
//
// A caller that reads slowly slows down nothing as long as the program stays within its output limit:
// the live window is the record's own buffer. Past the limit the program waits for the caller, under
// its own wall-time limit. After the end of the jail Pump still delivers what is due, however long the
// caller takes; cancelling ends that too.
#ifndef JAIL_WATCH_PUMP_H_
#define JAIL_WATCH_PUMP_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/watch/capture.h"
#include "jail/watch/output_curve.h"
#include "jail/watch/start.h"

namespace jail::watch {

struct PumpRequest {
  int64_t output_limit_bytes = 0;  // Of each stream.
  bool end_run_on_overflow = false;
  int stdin_fd = -1;              // Not valid: stdin_bytes.
  absl::string_view stdin_bytes;  // Must outlive the call.
  int stdout_fd = -1;
  int stderr_fd = -1;
  int cancel_fd = -1;
  int signal_fd = -1;  // As in Io.
};

struct PumpResult {
  Captured stdout_stream;
  Captured stderr_stream;
  std::vector<OutputNote> output_curve;
  Fd report;  // What the helper sent; not valid when it died before that.
  Fd work;
  HelperEnd end;
  UnreapedHelper helper;  // One that has said it is done: it need not be waited for to go on.
  bool cancelled = false;
  int64_t ended_ns = 0;  // CLOCK_MONOTONIC when the helper had exited, or was done
};

// Takes the helper over: its descriptors are closed when this returns.
PumpResult Pump(Helper helper, const PumpRequest& request);

}  // namespace jail::watch

#endif  // JAIL_WATCH_PUMP_H_
