// For threads of ours in a process that is somebody else's.
#ifndef JAIL_BASE_THREADS_H_
#define JAIL_BASE_THREADS_H_

#include <signal.h>

namespace jail {

// Of the thread that calls it: the caller's handlers are not for it, and a reader that has gone is an errno.
inline void BlockSignalsOfThread() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace jail

#endif  // JAIL_BASE_THREADS_H_
