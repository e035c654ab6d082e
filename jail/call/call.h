// Function runs: JSON in, JSON out, each in a jail of its own. A thin layer over jail.h; what isolates is the
// jail alone.
//
//   jail::v1::CallSpec spec;
//   spec.set_language("javascript");
//   spec.set_code("input.a + input.b");
//   spec.set_input_json(R"({"a": 1, "b": 2})");
//   const jail::v1::CallResult result = jail::call::Run(*jail, spec);  // result.result_json() == "3"
//
// With host functions:
//
//   spec.add_functions()->set_name("api.request");
//   jail::call::Run(*jail, spec, [](const jail::call::HostRequest& request) -> absl::StatusOr<std::string> {
//     return request.args_json;
//   });
#ifndef JAIL_CALL_CALL_H_
#define JAIL_CALL_CALL_H_

#include "jail/call/host.h"
#include "jail/jail.h"
#include "jail/v1/call.pb.h"

namespace jail::call {

// Every outcome is a result, as with Jail::Run. `cancel_fd`: as in Io. Such a run never starts in a parked
// jail: the channel is made with it.
v1::CallResult Run(const Jail& jail, const v1::CallSpec& spec, const Host& host = nullptr, Io io = {},
                   const LogObserver& observe_log = nullptr);

}  // namespace jail::call

#endif  // JAIL_CALL_CALL_H_
