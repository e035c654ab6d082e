// The signals that a caller may have sent to the program of a run: none that it could not send itself, and
// none that says why it ended.
#ifndef JAIL_BASE_SIGNALS_H_
#define JAIL_BASE_SIGNALS_H_

#include <signal.h>

namespace jail {

struct SendableSignal {
  const char* name;
  int number;
};
inline constexpr SendableSignal kSendableSignals[] = {
    {"SIGHUP", SIGHUP},   {"SIGINT", SIGINT},   {"SIGQUIT", SIGQUIT},
    {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}, {"SIGTERM", SIGTERM},
    {"SIGCONT", SIGCONT}, {"SIGSTOP", SIGSTOP}, {"SIGWINCH", SIGWINCH},
};

constexpr bool IsSendable(int number) {
  for (const SendableSignal& signal : kSendableSignals) {
    if (signal.number == number) return true;
  }
  return false;
}

}  // namespace jail

#endif  // JAIL_BASE_SIGNALS_H_
