#ifndef JAIL_HELPER_START_ZYGOTE_H_
#define JAIL_HELPER_START_ZYGOTE_H_

#include <sys/types.h>

#include "jail/plan/view.h"

namespace jail::helper {

// The child of a helper that lives on, the first of its pid namespace, becomes the zygote of that plan.
// Nobody confines it, since no stranger's byte is ever in it; but it has a root like a jail's, no network, no
// rights and a uid of its own.
[[noreturn]] void BeZygote(const plan::View& plan, int control, uid_t uid);

}  // namespace jail::helper

#endif  // JAIL_HELPER_START_ZYGOTE_H_
