#include "jail/serve/dialects/dialect.h"

#include <csignal>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "jail/exam/compare/json_tree.h"
#include "jail/serve/answers.h"
#include "jail/serve/error.h"
#include "jail/serve/patterns.h"

namespace jail::serve {

absl::StatusOr<Json> ReadObject(absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const std::string compact, call::Compact(text));
  JAIL_RETURN_IF_ERROR(exam::UniqueNames(compact));
  Json json = Json::parse(compact, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError("is no JSON object");
  return json;
}

void RunDialect(Service& service, const ExchangePtr& exchange, v1::JobSpec job, ShowRecord show) {
  const absl::Status fits = Prepare(service, *exchange, exchange->id, &job);
  if (!fits.ok()) return exchange->answer(ErrorResponse(fits));
  const auto run = [&service, exchange, job = std::move(job), show = std::move(show)](const Turn& turn) {
    Io io;
    io.cancel_fd = turn.cancel_fd;
    const v1::ResultRecord record = service.engine().run(job, io);
    service.Note(*exchange, "dialect", record, turn, SuspiciousPatterns(job));
    exchange->answer(show(record));
  };
  service.Submit(exchange, {run}, Urgency::kNormal);
}

void AddSource(const std::string& path, const std::string& content, v1::JobSpec* job) {
  v1::SourceFile* file = job->add_files();
  file->set_path(path);
  file->set_content(content);
}

std::string SignalName(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? absl::StrCat("SIG", number) : absl::StrCat("SIG", name);
}

void ShapeError(v1::Dialect dialect, Response* response) {
  Json ours = Json::parse(response->body, nullptr, /*allow_exceptions=*/false);
  if (!ours.is_object() || !ours.contains("error")) return;
  std::string words = ours["error"];
  if (ours.contains("field")) words = absl::StrCat(std::string(ours["field"]), ": ", words);
  switch (dialect) {
    case v1::DIALECT_PISTON:
      response->body = Text(Json{{"message", response->status == StatusOf(Error::kUnsupportedMedia)
                                                 ? "requests must be of type application/json"
                                                 : words}});
      return;
    case v1::DIALECT_SANDBOX_FUSION:
      response->body = Text(Json{{"detail", words}});
      return;
    case v1::DIALECT_DIFY:
      response->body = Text(Json{{"code", -response->status}, {"message", words}, {"data", nullptr}});
      return;
    default:
      return;
  }
}

}  // namespace jail::serve
