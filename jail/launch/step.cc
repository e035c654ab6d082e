#include "jail/launch/step.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "jail/launch/fault.h"

namespace jail::launch {

int64_t NowNs() {
  timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return 0;  // Cannot fail for this clock.
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

void At(plan::Trace& trace, int32_t item, const char* subject) {
  trace.item = item;
  size_t i = 0;
  for (; subject[i] != '\0' && i + 1 < sizeof trace.subject; ++i) trace.subject[i] = subject[i];
  trace.subject[i] = '\0';
}

#ifdef JAIL_FAULT_INJECTION

namespace {
StepId fault_step = StepId::kNone;
bool fault_kills = false;
}  // namespace

void ReadFault(int argc, char** argv) {
  constexpr char kFlag[] = "--fault=";
  if (argc != 2 || std::strncmp(argv[1], kFlag, sizeof kFlag - 1) != 0) return;
  const char* name = argv[1] + sizeof kFlag - 1;
  const size_t length = std::strcspn(name, ":");
  for (int i = 1; i < plan::kStepCount; ++i) {
    const char* candidate = plan::kStepNames[i];
    if (std::strlen(candidate) == length && std::strncmp(candidate, name, length) == 0) {
      fault_step = static_cast<StepId>(i);
    }
  }
  fault_kills = std::strcmp(name + length, ":kill") == 0;
}

int InjectFault(StepId id) {
  if (id != fault_step) return 0;
  // From inside a pid namespace init cannot signal itself: exit is as sudden.
  if (fault_kills && getpid() == 1) _exit(1);
  if (fault_kills) kill(getpid(), SIGKILL);
  return EIO;
}

#else

void ReadFault(int, char**) {}
int InjectFault(StepId) { return 0; }

#endif

}  // namespace jail::launch
