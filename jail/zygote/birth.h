// The helper's side: has a zygote fork the jail's first process, where a clone of the helper would be made.
#ifndef JAIL_ZYGOTE_BIRTH_H_
#define JAIL_ZYGOTE_BIRTH_H_

#include "jail/launch/context.h"

namespace jail::zygote {

// For a context with a connection to the zygote, and its pid.
extern const launch::Birth kBirth;

}  // namespace jail::zygote

#endif  // JAIL_ZYGOTE_BIRTH_H_
