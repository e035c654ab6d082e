// What a seccomp filter's listener hears of the calls that it denies (seccomp_unotify(2)). Part of the
// helper: no heap, no exceptions.
#ifndef JAIL_BASE_DENIED_CALLS_H_
#define JAIL_BASE_DENIED_CALLS_H_

#include <linux/seccomp.h>

#include <cstdint>

namespace jail {

// The next that waits for its answer, which goes to *id. ENOENT: its caller was killed before we looked.
int ReceiveDenied(int listener, uint64_t* id, seccomp_data* call);

// What to answer: ENOSYS for a number that no call has, else EPERM.
int AnswerFor(int number);

// Its caller sees this errno; one that has gone meanwhile is no error.
int AnswerDenied(int listener, uint64_t id, int answer);

}  // namespace jail

#endif  // JAIL_BASE_DENIED_CALLS_H_
