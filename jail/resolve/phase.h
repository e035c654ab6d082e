// What a phase of every job begins with. Of the resolver, and of the tools that look ahead when we are built.
#ifndef JAIL_RESOLVE_PHASE_H_
#define JAIL_RESOLVE_PHASE_H_

#include "jail/v1/runtime.pb.h"

namespace jail::resolve {

// The whole environment of every phase, before the runtime's and the job's own.
struct Variable {
  const char* name;
  const char* value;
};
inline constexpr Variable kFixedEnv[] = {
    {"HOME", "/tmp"},
    {"LANG", "C.UTF-8"},
    {"PATH", "/usr/bin:/bin"},
    {"TMPDIR", "/tmp"},
};

// A variant's phase, `over` what its language says of all.
inline v1::Runtime::Phase LaidOver(const v1::Runtime::Phase& under, const v1::Runtime::Phase& over) {
  v1::Runtime::Phase phase = under;
  if (!over.argv().empty()) phase.clear_argv();
  if (!over.argv().empty() || over.has_parked()) phase.clear_parked();  // It is started in another way.
  if (!over.products().empty()) phase.clear_products();
  phase.MergeFrom(over);
  return phase;
}

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_PHASE_H_
