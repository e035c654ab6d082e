// What the rows of routes.cc do. Each answers its exchange exactly once, now or from a worker's thread.
#ifndef JAIL_SERVE_HANDLERS_H_
#define JAIL_SERVE_HANDLERS_H_

#include <memory>

#include "jail/serve/exchange.h"
#include "jail/serve/service.h"

namespace jail::serve {

using ExchangePtr = std::shared_ptr<Exchange>;

void Execute(Service& service, const ExchangePtr& exchange);
void Call(Service& service, const ExchangePtr& exchange);
void Exam(Service& service, const ExchangePtr& exchange);
void Batch(Service& service, const ExchangePtr& exchange);
void Languages(Service& service, const ExchangePtr& exchange);
void Health(Service& service, const ExchangePtr& exchange);
void ShowMetrics(Service& service, const ExchangePtr& exchange);
void ShowSummary(Service& service, const ExchangePtr& exchange);
void Page(Service& service, const ExchangePtr& exchange);

}  // namespace jail::serve

#endif  // JAIL_SERVE_HANDLERS_H_
