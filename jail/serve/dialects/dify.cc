// dify-sandbox. What its clients say of the network is read and not heeded: there is none in a jail.
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/serve/answers.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

Response Success(Json data) {
  return JsonResponse({{"code", 0}, {"message", "success"}, {"data", std::move(data)}});
}

absl::StatusOr<v1::JobSpec> DifyJob(absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const Json body, ReadObject(text));
  const auto word = [&body](const char* name) -> absl::StatusOr<std::string> {
    const Json value = body.value(name, Json(""));
    if (!value.is_string()) return Bad(name, "is no text");
    return std::string(value);
  };
  JAIL_ASSIGN_OR_RETURN(const std::string language, word("language"));
  JAIL_ASSIGN_OR_RETURN(const std::string code, word("code"));
  JAIL_ASSIGN_OR_RETURN(const std::string preload, word("preload"));
  if (language != "python3" && language != "nodejs")
    return absl::InvalidArgumentError("unsupported language");
  if (code.empty()) return Bad("code", "is unset");
  v1::JobSpec job;
  job.set_language(language == "nodejs" ? "javascript" : "python");
  AddSource("", preload.empty() ? code : absl::StrCat(preload, "\n", code), &job);
  return job;
}

}  // namespace

void DifyRun(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<v1::JobSpec> job = DifyJob(exchange->body);
  if (!job.ok()) return exchange->answer(ErrorResponse(job.status()));
  RunDialect(service, exchange, *std::move(job), [&service](const v1::ResultRecord& record) {
    if (std::optional<Response> failure = FailureResponse(service, record)) return *std::move(failure);
    const v1::PhaseResult* phase = LastPhase(record);
    const std::string out = phase == nullptr ? "" : TextOf(phase->stdout());
    const std::string err = phase == nullptr ? "" : TextOf(phase->stderr());
    std::string error;
    if (record.verdict() != v1::VERDICT_OK) error = err.empty() ? record.summary() : err;
    return Success({{"stdout", out},
                    {"stderr", err},
                    {"error", error},
                    {"exit_code", service.engine().exit_status(record)}});
  });
}

void DifyHealth(Service& /*service*/, const ExchangePtr& exchange) { exchange->answer({.body = "\"ok\""}); }

void DifyDependencies(Service& /*service*/, const ExchangePtr& exchange) {
  exchange->answer(Success({{"dependencies", Json::array()}}));
}

}  // namespace jail::serve
