// Plans that the helper must refuse, whoever starts it, each at the step that finds out.
#ifndef JAIL_TESTS_INTEGRATION_BAD_PLANS_H_
#define JAIL_TESTS_INTEGRATION_BAD_PLANS_H_

#include <string>
#include <vector>

#include "jail/plan/layout.h"
#include "jail/plan/steps.h"
#include "tests/integration/handmade_plan.h"

namespace jailtest {

struct BadPlan {
  const char* name;
  jail::plan::StepId step;
  void (*spoil)(jail::plan::Header*, std::string*);
};

const std::vector<BadPlan>& BadPlans();

// By an exit status of its own, before any program was started.
void ExpectRefusal(const HelperRun& run);

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_BAD_PLANS_H_
