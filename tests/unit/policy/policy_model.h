// What policy.proto's comment says about a call, taken literally and slowly: the second opinion that the
// compiled programs are compared with. Shares nothing with the compiler but the names of constants.
#ifndef TESTS_UNIT_POLICY_POLICY_MODEL_H_
#define TESTS_UNIT_POLICY_POLICY_MODEL_H_

#include <linux/seccomp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "jail/v1/policy.pb.h"
#include "tools/build/policy_files.h"

namespace jail::testlib {

uint32_t ActionVerdict(const v1::Policy::Action& action);

class PolicyModel {
 public:
  PolicyModel(const build::PolicySet& set, const std::string& name);

  uint32_t Verdict(const seccomp_data& call) const;

  // Rules that name this call.
  std::vector<const v1::Policy::Rule*> RulesOf(const std::string& call) const;

 private:
  void Collect(const build::PolicySet& set, const std::string& name);

  std::vector<std::string> seen_;
  std::vector<const v1::Policy::Rule*> rules_;
  const v1::Policy* policy_;
};

}  // namespace jail::testlib

#endif  // TESTS_UNIT_POLICY_POLICY_MODEL_H_
