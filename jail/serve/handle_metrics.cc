// GET /metrics and GET /api/metrics/summary.
#include "jail/serve/answers.h"
#include "jail/serve/handlers.h"
#include "jail/serve/media.h"

namespace jail::serve {

void ShowMetrics(Service& service, const ExchangePtr& exchange) {
  const Workers::Load load = service.load();
  service.metrics().SetLoad(load.waiting, load.running, service.connections());
  exchange->answer({.content_type = kPlainText, .body = service.metrics().Text()});
}

void ShowSummary(Service& service, const ExchangePtr& exchange) {
  exchange->answer(JsonResponse(service.summary().ToJson()));
}

}  // namespace jail::serve
