// What a stranger may write to the channel of a function run: cut into frames and taken one by one, as the
// service does. Whatever it is, what we keep of it is bounded, is text, and what is taken for JSON is JSON.
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/utf8.h"
#include "jail/call/frame.h"
#include "jail/call/json.h"
#include "jail/call/service.h"
#include "tests/fuzz/require.h"

namespace {

using jail::fuzz::Require;

jail::call::Caps SmallCaps() {
  jail::call::Caps caps;
  caps.max_calls = 3;
  caps.max_logs = 4;
  caps.log_characters = 10;
  caps.result_bytes = 1000;
  caps.frames = 100;
  caps.debug = true;
  caps.max_steps = 3;
  caps.profile_bytes = 50;
  return caps;
}

jail::v1::CallSpec WithFunctions() {
  jail::v1::CallSpec spec;
  spec.add_functions()->set_name("f");
  spec.add_functions()->set_name("api.request");
  spec.mutable_functions(1)->set_max_calls(1);
  return spec;
}

// Gives back what it is asked with, which is JSON already.
absl::StatusOr<std::string> Echo(const jail::call::HostRequest& request) {
  Require(jail::call::Compact(request.args_json).ok() ||
          request.args_json.size() > jail::call::kMaxJsonDepth);
  return request.args_json;
}

void RequireBounded(const jail::v1::CallResult& result, const jail::call::Caps& caps) {
  Require(result.logs_size() <= caps.max_logs);
  Require(result.ledger_size() <= 2 * caps.max_calls + 1);
  for (const jail::v1::LogEntry& entry : result.logs()) {
    Require(jail::IsUtf8(entry.text()));
    Require(entry.text().size() <= 4 * caps.log_characters + 3);
  }
  Require(result.steps_size() <= caps.max_steps && result.steps_dropped() >= 0);
  for (const int32_t line : result.steps()) Require(line > 0);
  Require(result.profile().size() <= caps.profile_bytes && jail::IsUtf8(result.profile()));
  for (const jail::v1::HostCall& call : result.ledger()) {
    Require(call.args_sha256().size() == 32 && call.result_sha256().size() == 32);
    Require(call.outcome() != jail::v1::HostCall::OUTCOME_OK || jail::call::Compact(call.value_json()).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const jail::call::Caps caps = SmallCaps();
  jail::call::Service service(WithFunctions(), caps, Echo, -1, "n");
  jail::call::FrameReader reader(caps.frame_bytes());
  reader.Feed({reinterpret_cast<const char*>(data), size});
  while (true) {
    const auto frame = reader.Next();
    if (!frame.ok() || !frame->has_value()) break;
    const auto reply = service.Take(**frame);
    if (!reply.ok()) {
      Require(!reply.status().message().empty());
      break;
    }
    if (reply->has_value()) Require(jail::call::MembersOf(**reply).ok());
  }
  if (service.answer().has_value())
    Require(service.answer()->logs_dropped >= 0 && service.answer()->line >= 0);
  jail::v1::CallResult result;
  std::move(service).Report(&result);
  RequireBounded(result, caps);
  return 0;
}
