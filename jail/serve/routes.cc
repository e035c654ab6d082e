#include "jail/serve/routes.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
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
