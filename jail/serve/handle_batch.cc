// POST /api/batch: several executions, each a run of its own, and one answer.
#include <atomic>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/message_json.h"
#include "jail/serve/answers.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/handlers.h"
#include "jail/serve/patterns.h"

namespace jail::serve {
namespace {

struct BatchJob {
  v1::JobSpec job;
  Extras extras;
};

absl::Status InJob(int index, const absl::Status& status) {
  if (status.ok()) return status;
  return {status.code(), absl::StrCat("jobs[", index, "].", status.message())};
}

absl::StatusOr<std::vector<BatchJob>> ReadBatch(const Exchange& exchange) {
  std::vector<BatchJob> jobs;
  if (exchange.IsProtobuf()) {
    v1::BatchSpec spec;
    if (!spec.ParseFromString(exchange.body)) return Bad("the body", "is no BatchSpec");
    for (v1::JobSpec& job : *spec.mutable_jobs()) jobs.push_back({std::move(job), {}});
    return jobs;
  }
  v1::BatchRequest request;
  JAIL_RETURN_IF_ERROR(exam::ReadMessageJson(exchange.body, "the body", &request));
  for (int i = 0; i < request.jobs_size(); ++i) {
    absl::StatusOr<v1::JobSpec> job = ToJob(request.jobs(i));
    if (!job.ok()) return InJob(i, job.status());
    const bool artifacts = !job->artifact_globs().empty();
    jobs.push_back({*std::move(job), {request.jobs(i).record(), artifacts}});
  }
  return jobs;
}

absl::Status PrepareBatch(const Service& service, const Exchange& exchange, std::vector<BatchJob>* jobs) {
  if (jobs->empty()) return Bad("jobs", "is empty");
  if (static_cast<int64_t>(jobs->size()) > service.config().batch())
    return Bad("jobs", absl::StrCat(jobs->size(), " are more than ", service.config().batch()));
  for (size_t i = 0; i < jobs->size(); ++i) {
    JAIL_RETURN_IF_ERROR(InJob(
        static_cast<int>(i), Prepare(service, exchange, absl::StrCat(exchange.id, "-", i), &(*jobs)[i].job)));
  }
  return absl::OkStatus();
}

// Where the results of all jobs come together. Each writes a place of its own; whoever is last answers.
struct Gathered {
  explicit Gathered(std::vector<BatchJob> given)
      : jobs(std::move(given)), records(jobs.size()), left(jobs.size()) {}
  const std::vector<BatchJob> jobs;
  std::vector<v1::ResultRecord> records;
  std::atomic<size_t> left;
};

Json ItemJson(const Service& service, const v1::ResultRecord& record, const Extras& extras) {
  if (const std::optional<Response> failure = FailureResponse(service, record)) {
    Json item = Json::parse(failure->body);
    item["status"] = failure->status;
    return item;
  }
  return RunJson(service, record, extras);
}

void Gather(const Service& service, const Exchange& exchange, Gathered* all) {
  if (--all->left > 0) return;
  if (exchange.AcceptsProtobuf()) {
    v1::BatchResult result;
    for (v1::ResultRecord& record : all->records) *result.add_records() = std::move(record);
    return exchange.answer(ProtobufResponse(result));
  }
  Json results = Json::array();
  for (size_t i = 0; i < all->records.size(); ++i)
    results.push_back(ItemJson(service, all->records[i], all->jobs[i].extras));
  exchange.answer(JsonResponse({{"results", std::move(results)}}));
}

v1::ResultRecord NeverRun(const v1::JobSpec& job, const absl::Status& why) {
  v1::ResultRecord record;
  record.set_job_id(job.job_id());
  record.set_verdict(absl::IsDeadlineExceeded(why) ? v1::VERDICT_JAIL_ERROR : v1::VERDICT_CANCELLED);
  record.set_summary(absl::StrCat(why.message(), "."));
  record.mutable_failure()->set_retryable(true);
  return record;
}

}  // namespace

void Batch(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<std::vector<BatchJob>> jobs = ReadBatch(*exchange);
  if (!jobs.ok()) return exchange->answer(ErrorResponse(jobs.status()));
  const absl::Status fits = PrepareBatch(service, *exchange, &*jobs);
  if (!fits.ok()) return exchange->answer(ErrorResponse(fits));
  const auto all = std::make_shared<Gathered>(*std::move(jobs));
  std::vector<Service::Run> runs;
  for (size_t i = 0; i < all->jobs.size(); ++i) {
    runs.emplace_back([&service, exchange, all, i](const Turn& turn) {
      Io io;
      io.cancel_fd = turn.cancel_fd;
      const v1::JobSpec& job = all->jobs[i].job;
      all->records[i] = service.engine().run(job, io);
      service.Note(*exchange, "batch", all->records[i], turn, SuspiciousPatterns(job));
      Gather(service, *exchange, all.get());
    });
  }
  const auto dropped = [&service, exchange, all](size_t i, const absl::Status& why) {
    all->records[i] = NeverRun(all->jobs[i].job, why);
    Gather(service, *exchange, all.get());
  };
  service.Submit(exchange, std::move(runs), Urgency::kLow, dropped);
}

}  // namespace jail::serve
