// What Landlock lets a program do beneath each of a view's folders. Called by the program's own process.
#ifndef JAIL_ROOT_RULES_H_
#define JAIL_ROOT_RULES_H_

#include "jail/plan/builtin.h"
#include "jail/plan/raw_report.h"

namespace jail::root {

// The trace gets the path that a rule could not be made for.
int AllowView(const plan::RootView& view, int ruleset, int abi, plan::Trace& trace);

}  // namespace jail::root

#endif  // JAIL_ROOT_RULES_H_
