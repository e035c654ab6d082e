// POST /api/call and POST /api/exam.
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/message_json.h"
#include "jail/exam/result_json.h"
#include "jail/exam/spec_json.h"
#include "jail/serve/answers.h"
#include "jail/serve/call.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/handlers.h"

namespace jail::serve {
namespace {

absl::StatusOr<v1::CallSpec> ReadCall(const Exchange& exchange) {
  v1::CallSpec spec;
  if (exchange.IsProtobuf()) {
    if (!spec.ParseFromString(exchange.body)) return Bad("the body", "is no CallSpec");
  } else {
    JAIL_RETURN_IF_ERROR(exam::ReadMessageJson(exchange.body, "the body", &spec));
  }
  if (!spec.functions().empty())
    return Bad("functions", "need somebody who answers: use the WebSocket /api/stream");
  return spec;
}

absl::StatusOr<v1::ExamSpec> ReadExam(const Exchange& exchange) {
  v1::ExamSpec spec;
  if (exchange.IsProtobuf()) {
    if (!spec.ParseFromString(exchange.body)) return Bad("the body", "is no ExamSpec");
  } else {
    JAIL_RETURN_IF_ERROR(exam::ReadMessageJson(exchange.body, "the body", &spec));
  }
  if (spec.enforcement() == v1::ENFORCEMENT_BEST_EFFORT)
    return Bad("enforcement", "what this machine cannot enforce is never left out here");
  // It has one worker of the service's, and that is one run at a time.
  if (spec.jobs() > 1) return Bad("jobs", "is over 1");
  spec.set_jobs(1);
  spec.set_tenant(JobTenant(exchange.caller.tenant));
  if (spec.exam_id().empty()) spec.set_exam_id(exchange.id);
  return spec;
}

Response ExamResponse(const Service& service, const Exchange& exchange, const v1::ExamResult& result,
                      bool cancelled) {
  if (cancelled && service.draining())
    return RetryResponse(Error::kDraining, "the service is shutting down", absl::Seconds(5));
  if (result.has_problem() && !result.problem().field().empty())
    return ErrorResponse(Error::kMalformed, result.problem().message(), result.problem().field());
  if (exchange.AcceptsProtobuf()) return ProtobufResponse(result);
  return {.body = exam::ResultJson(result)};
}

}  // namespace

void Call(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<v1::CallSpec> spec = ReadCall(*exchange);
  if (spec.ok()) {
    if (const absl::Status fits = PrepareCall(service, *exchange, &*spec); !fits.ok()) spec = fits;
  }
  if (!spec.ok()) return exchange->answer(ErrorResponse(spec.status()));
  const auto run = [&service, exchange, spec = *std::move(spec)](const Turn& turn) {
    Io io;
    io.cancel_fd = turn.cancel_fd;
    const v1::CallResult result = service.engine().call(spec, nullptr, io);
    service.Note(*exchange, "call", result.record(), turn);
    exchange->answer(CallResponse(service, *exchange, result));
  };
  service.Submit(exchange, {run}, Urgency::kNormal);
}

void Exam(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<v1::ExamSpec> spec = ReadExam(*exchange);
  if (!spec.ok()) return exchange->answer(ErrorResponse(spec.status()));
  const auto run = [&service, exchange, spec = *std::move(spec)](const Turn& turn) {
    const v1::ExamResult result = service.engine().exam(spec, nullptr, turn.cancel_fd);
    bool cancelled = false;
    if (result.has_compile()) service.Note(*exchange, "exam", result.compile(), turn);
    for (const v1::CaseResult& one : result.cases()) {
      if (!one.skipped()) service.Note(*exchange, "exam", one.record(), turn);
      cancelled |= one.record().verdict() == v1::VERDICT_CANCELLED;
    }
    exchange->answer(ExamResponse(service, *exchange, result, cancelled));
  };
  service.Submit(exchange, {run}, Urgency::kLow);
}

}  // namespace jail::serve
