// Other services' APIs: what they share. Each turns its own JSON into a job, and the job's record into its
// own JSON. To add one: a value of v1::Dialect, its rows in routes.cc, its handlers here, its errors in
// dialect.cc.
#ifndef JAIL_SERVE_DIALECTS_DIALECT_H_
#define JAIL_SERVE_DIALECTS_DIALECT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/serve/handlers.h"
#include "jail/serve/json.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::serve {

// As strict as our own routes: one object, no name twice, nothing behind it.
absl::StatusOr<Json> ReadObject(absl::string_view text);

// Runs the job for the exchange and answers what `show` makes of its record, failures of ours included.
using ShowRecord = std::function<Response(const v1::ResultRecord& record)>;
void RunDialect(Service& service, const ExchangePtr& exchange, v1::JobSpec job, ShowRecord show);

void AddSource(const std::string& path, const std::string& content, v1::JobSpec* job);

// "SIGKILL"; "SIG64" where there is no name.
std::string SignalName(int number);

// An error of the service's own in the dialect's clothes.
void ShapeError(v1::Dialect dialect, Response* response);

// --- Piston v2 ---
void PistonRuntimes(Service& service, const ExchangePtr& exchange);
void PistonExecute(Service& service, const ExchangePtr& exchange);
void PistonPackages(Service& service, const ExchangePtr& exchange);
void PistonNoInstalling(Service& service, const ExchangePtr& exchange);

// --- SandboxFusion ---
void FusionRunCode(Service& service, const ExchangePtr& exchange);

// --- dify-sandbox ---
void DifyRun(Service& service, const ExchangePtr& exchange);
void DifyHealth(Service& service, const ExchangePtr& exchange);
void DifyDependencies(Service& service, const ExchangePtr& exchange);

}  // namespace jail::serve

#endif  // JAIL_SERVE_DIALECTS_DIALECT_H_
