// Piston v2: from its requests to jobs, and from records to its answers.
#ifndef JAIL_SERVE_DIALECTS_PISTON_H_
#define JAIL_SERVE_DIALECTS_PISTON_H_

#include <string>

#include "absl/status/statusor.h"
#include "jail/serve/json.h"
#include "jail/serve/service.h"
#include "jail/serve/socket.h"
#include "jail/v1/languages.pb.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

struct PistonRuntime {
  std::string language, version;
};
struct PistonJob {
  PistonRuntime runtime;
  v1::ExecuteRequest request;
};
// Messages of errors are Piston's own.
absl::StatusOr<PistonJob> ReadPiston(const v1::LanguageReport& languages, const Json& body);

// {"language", "version", "run": {...}, "compile"?: {...}}. A compile error's `run` is its `compile`.
Json PistonAnswer(const PistonRuntime& runtime, const v1::ResultRecord& record);

// {"type": "exit", "stage", "code", "signal"}: of the phase that came last.
Json PistonExit(const v1::ResultRecord& record);

extern const SocketProtocol kPistonProtocol;

}  // namespace jail::serve

#endif  // JAIL_SERVE_DIALECTS_PISTON_H_
