// Host facts -> the mechanism of each limit and layer: one table, and beside what it says, what the
// record of a real run says.
#ifndef TOOLS_JAILRUN_DOCTOR_MECHANISMS_H_
#define TOOLS_JAILRUN_DOCTOR_MECHANISMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/v1/doctor.pb.h"
#include "jail/v1/result.pb.h"
#include "tools/jailrun/doctor/facts.h"

namespace jail::cli {

// By the table alone; empty when there is none.
std::string ExpectedMechanism(const Host& host, v1::Resource resource, v1::Protection protection);

// Every limit and layer that `probe` reports. `best_effort`: what is not in force is not required.
std::vector<v1::Mechanism> DescribeMechanisms(const Host& host, const v1::ResultRecord& probe,
                                              bool best_effort);

// "memory", "pid namespace".
std::string SubjectLabel(v1::Resource resource, v1::Protection protection);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_MECHANISMS_H_
