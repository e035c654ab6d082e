// POST /api/call and POST /api/exam.
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/message_json.h"
#include "jail/exam/result_json.h"
#include "jail/exam/spec_json.h"
#include "jail/serve/answers.h"
#include "jail/serve/call.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/handlers.h"
#include "jail/serve/notes.h"

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
  absl::StatusOr<std::shared_ptr<Notes>> notes = Notes::Open(exchange.get(), "log");
  if (!notes.ok()) return exchange->answer(ErrorResponse(notes.status()));
  const auto run = [&service, exchange, notes = *notes, spec = *std::move(spec)](const Turn& turn) {
    Io io;
    io.cancel_fd = turn.cancel_fd;
    call::LogObserver observe;
    if (notes != nullptr)
      observe = [&](const v1::LogEntry& entry) {
        notes->Add(service.engine().log_json(entry), turn.cancel_fd);
      };
    const v1::CallResult result = service.engine().call(spec, nullptr, io, observe);
    if (notes != nullptr) notes->End();
    service.Note(*exchange, "call", result.record(), turn);
    exchange->answer(CallResponse(service, *exchange, result));
  };
  if (!service.Submit(exchange, {run}, Urgency::kNormal)) exchange->live.reset();
}

void Exam(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<v1::ExamSpec> spec = ReadExam(*exchange);
  if (!spec.ok()) return exchange->answer(ErrorResponse(spec.status()));
  absl::StatusOr<std::shared_ptr<Notes>> notes = Notes::Open(exchange.get(), "event");
  if (!notes.ok()) return exchange->answer(ErrorResponse(notes.status()));
  const auto run = [&service, exchange, notes = *notes, spec = *std::move(spec)](const Turn& turn) {
    exam::Observer observe;
    if (notes != nullptr)
      observe = [&](const v1::ExamEvent& event) {
        notes->Add(exam::EventJson(event, /*with_content=*/true), turn.cancel_fd);
      };
    const v1::ExamResult result = service.engine().exam(spec, observe, turn.cancel_fd);
    if (notes != nullptr) notes->End();
    bool cancelled = false;
    if (result.has_compile()) service.Note(*exchange, "exam", result.compile(), turn);
    for (const v1::CaseResult& one : result.cases()) {
      if (!one.skipped()) service.Note(*exchange, "exam", one.record(), turn);
      cancelled |= one.record().verdict() == v1::VERDICT_CANCELLED;
    }
    exchange->answer(ExamResponse(service, *exchange, result, cancelled));
  };
  if (!service.Submit(exchange, {run}, Urgency::kLow)) exchange->live.reset();
}

}  // namespace jail::serve
