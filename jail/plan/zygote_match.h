// Whether a stranger's plan starts what is compiled in as a zygote's loader, and nothing else.
#ifndef JAIL_PLAN_ZYGOTE_MATCH_H_
#define JAIL_PLAN_ZYGOTE_MATCH_H_

#include "jail/plan/builtin.h"
#include "jail/plan/view.h"

namespace jail::plan {

// The same program, arguments, environment and files, to the byte; but for the number of its channel.
bool StartsJust(const View& plan, const CompiledZygote& loader);

}  // namespace jail::plan

#endif  // JAIL_PLAN_ZYGOTE_MATCH_H_
