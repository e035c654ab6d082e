// Runs a script of fake_launcher's through RunPhase, as a test sees it.
#ifndef TESTS_UNIT_WATCH_RUN_FAKE_H_
#define TESTS_UNIT_WATCH_RUN_FAKE_H_

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "jail/base/fd.h"
#include "jail/watch/run_phase.h"

namespace jail::watch {

inline Fd ScriptFd(const std::string& script) {
  Fd fd(memfd_create("script", MFD_CLOEXEC));
  if (write(fd.get(), script.data(), script.size()) != static_cast<ssize_t>(script.size())) fd.Reset();
  return fd;
}

inline PhaseOutcome RunFake(const std::string& script, PumpRequest pump = {}) {
  static const v1::RunPlan plan;
  static const v1::PhasePlan phase;
  if (pump.output_limit_bytes == 0) pump.output_limit_bytes = 1 << 20;
  const Fd script_fd = ScriptFd(script);
  return RunPhase({FAKE_LAUNCHER, script_fd.get(), &plan, &phase, pump});
}

// A program that runs `body` and exits 0.
inline std::string Script(const std::string& body) { return "report\nexec\n" + body + "\nfinish\n"; }

struct Pipe {
  Fd read, write;
};

inline Pipe MakePipe(int flags = O_CLOEXEC) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, flags) != 0) return {};
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace jail::watch

#endif  // TESTS_UNIT_WATCH_RUN_FAKE_H_
