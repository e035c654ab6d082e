#include "jail/serve/routes.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/dialects/piston.h"
#include "jail/serve/handlers.h"
#include "jail/serve/socket.h"

namespace jail::serve {
namespace {

const Route kRoutes[] = {
    {"POST", "/api/execute", v1::SCOPE_EXECUTE, Body::kJsonOrProtobuf, /*runs=*/true, Execute},
    {"POST", "/api/call", v1::SCOPE_EXECUTE, Body::kJsonOrProtobuf, /*runs=*/true, Call},
    {"POST", "/api/exam", v1::SCOPE_EXECUTE, Body::kJsonOrProtobuf, /*runs=*/true, Exam},
    {"POST", "/api/batch", v1::SCOPE_EXECUTE, Body::kJsonOrProtobuf, /*runs=*/true, Batch},
    {"GET", "/api/stream", v1::SCOPE_EXECUTE, Body::kNone, /*runs=*/true, nullptr, v1::DIALECT_UNSPECIFIED,
     &kOurProtocol},
    {"GET", "/api/languages", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Languages},
    {"GET", "/api/health", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Health},
    {"GET", "/metrics", v1::SCOPE_ADMIN, Body::kNone, /*runs=*/false, ShowMetrics},
    {"GET", "/api/metrics/summary", v1::SCOPE_ADMIN, Body::kNone, /*runs=*/false, ShowSummary},
    {"GET", "/api/v2/runtimes", v1::SCOPE_EXECUTE, Body::kNone, /*runs=*/false, PistonRuntimes,
     v1::DIALECT_PISTON},
    {"POST", "/api/v2/execute", v1::SCOPE_EXECUTE, Body::kJson, /*runs=*/true, PistonExecute,
     v1::DIALECT_PISTON},
    {"GET", "/api/v2/connect", v1::SCOPE_EXECUTE, Body::kNone, /*runs=*/true, nullptr, v1::DIALECT_PISTON,
     &kPistonProtocol},
    {"GET", "/api/v2/packages", v1::SCOPE_EXECUTE, Body::kNone, /*runs=*/false, PistonPackages,
     v1::DIALECT_PISTON},
    {"POST", "/api/v2/packages", v1::SCOPE_EXECUTE, Body::kJson, /*runs=*/false, PistonNoInstalling,
     v1::DIALECT_PISTON},
    {"DELETE", "/api/v2/packages", v1::SCOPE_EXECUTE, Body::kJson, /*runs=*/false, PistonNoInstalling,
     v1::DIALECT_PISTON},
    {"POST", "/run_code", v1::SCOPE_EXECUTE, Body::kJson, /*runs=*/true, FusionRunCode,
     v1::DIALECT_SANDBOX_FUSION},
    {"POST", "/v1/sandbox/run", v1::SCOPE_EXECUTE, Body::kJson, /*runs=*/true, DifyRun, v1::DIALECT_DIFY},
    {"GET", "/v1/sandbox/dependencies", v1::SCOPE_EXECUTE, Body::kNone, /*runs=*/false, DifyDependencies,
     v1::DIALECT_DIFY},
    {"GET", "/health", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, DifyHealth, v1::DIALECT_DIFY},
    {"GET", "/", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Page},
    {"GET", "/page/page.js", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Page},
    {"GET", "/page/page.css", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Page},
    {"GET", "/page/icon.svg", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Page},
    {"GET", "/page/licenses.txt", v1::SCOPE_UNSPECIFIED, Body::kNone, /*runs=*/false, Page},
};

}  // namespace

Found FindRoute(const v1::ServeConfig& config, absl::string_view method, absl::string_view path) {
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  Found found;
  for (const Route& route : kRoutes) {
    if (route.path != path) continue;
    if (route.dialect != v1::DIALECT_UNSPECIFIED && !absl::c_linear_search(config.dialects(), route.dialect))
      continue;
    absl::StrAppend(&found.allowed, found.allowed.empty() ? "" : ", ", route.method);
    if (route.method == wanted) found.route = &route;
  }
  return found;
}

}  // namespace jail::serve
