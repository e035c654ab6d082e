// Fault injection for jail-launch-faulty: argv[1] is "--fault=STEP:HOW", where HOW is "kill" or an errno of
// the table below; or "--fault=mount_image:old_kernel": one that mounts no files.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jail/launch/step.h"

namespace jail::launch {
namespace {

StepId fault_step = StepId::kNone;
int fault_error = 0;  // 0: death.
bool old_kernel = false;

struct NamedError {
  const char* name;
  int error;
};
constexpr NamedError kErrors[] = {{"eio", EIO}, {"enospc", ENOSPC}, {"emfile", EMFILE}, {"enomem", ENOMEM}};

}  // namespace

void ReadFault(int argc, char** argv) {
  constexpr char kFlag[] = "--fault=";
  if (argc != 2 || std::strncmp(argv[1], kFlag, sizeof kFlag - 1) != 0) return;
  const char* name = argv[1] + sizeof kFlag - 1;
  const size_t length = std::strcspn(name, ":");
  old_kernel = std::strcmp(name, "mount_image:old_kernel") == 0;
  if (old_kernel) return;
  for (int i = 1; i < plan::kStepCount; ++i) {
    const char* candidate = plan::kStepNames[i];
    if (std::strlen(candidate) == length && std::strncmp(candidate, name, length) == 0) {
      fault_step = static_cast<StepId>(i);
    }
  }
  for (const NamedError& row : kErrors) {
    if (name[length] == ':' && std::strcmp(name + length + 1, row.name) == 0) fault_error = row.error;
  }
}

int InjectFault(StepId id) {
  if (id != fault_step) return 0;
  // From inside its pid namespace init cannot signal itself: exit is as sudden.
  if (fault_error == 0 && getpid() == 1) _exit(1);
  if (fault_error == 0) kill(getpid(), SIGKILL);
  return fault_error;
}

bool FilesCannotBeMounted() { return old_kernel; }

}  // namespace jail::launch
