// Fault injection for jail-launch-faulty: argv[1] is "--fault=STEP:eio" or "--fault=STEP:kill".
#include <signal.h>
#include <unistd.h>

#include <cstring>

#include "jail/launch/step.h"

namespace jail::launch {
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
  // From inside its pid namespace init cannot signal itself: exit is as sudden.
  if (fault_kills && getpid() == 1) _exit(1);
  if (fault_kills) kill(getpid(), SIGKILL);
  return EIO;
}

}  // namespace jail::launch
