// The service without its sockets: who reads requests from connections calls Begin when a header is there,
// Handle when the body is, and Abandon when the client has gone before its answer. Thread-safe.
//
//   Service::Begun begun = service.Begin(head);
//   if (begun.refusal) ... answer it, do not read the body
//   begun.exchange->body = ...;
//   begun.exchange->answer = [](Response response) { ... };
//   service.Handle(begun.exchange);
#ifndef JAIL_SERVE_SERVICE_H_
#define JAIL_SERVE_SERVICE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jail/serve/access.h"
#include "jail/serve/engine.h"
#include "jail/serve/exchange.h"
#include "jail/serve/http.h"
#include "jail/serve/language_book.h"
#include "jail/serve/metrics.h"
#include "jail/serve/rate.h"
#include "jail/serve/routes.h"
#include "jail/serve/summary.h"
#include "jail/serve/workers.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

class Service {
 public:
  Service(Engine engine, v1::ServeConfig config);

  struct Begun {
    std::shared_ptr<Exchange> exchange;  // Always there.
    std::optional<Response> refusal;
  };
  // All that can be said before the body: path, method, caller, type and size of the body, rate.
  Begun Begin(Head head);
  // Sets `live` before it returns, if at all.
  void Handle(const std::shared_ptr<Exchange>& exchange);
  // What still waits or runs for it is cancelled; its answer comes all the same.
  void Abandon(const Exchange& exchange);
  // For each answer before it is written, refusals too: counts it, and says an error as the route's dialect
  // does.
  void Finish(const Exchange& exchange, Response* response);
  void NoteAnswer(const Exchange& exchange, int status);
  void NoteConnections(int open) { connections_ = open; }
  // What every answer has, beside its own headers.
  Headers CommonHeaders(const Exchange& exchange) const;

  // Lines of the log.
  void LogStart(const std::vector<std::string>& listening) const;
  void LogEnd() const;

  // To be called a few times a second.
  void Tick();
  // New runs are refused from here on; what waits and runs goes on.
  void Drain();
  // Everything that is left is cancelled.
  void CancelAll();
  // And has ended when this returns: nothing is called any more that answers were to go to. A run outlives
  // the answer to a client who made it end.
  void EndRuns();
  // Whether anything waits or runs.
  bool busy() const;

  const v1::ServeConfig& config() const { return config_; }
  bool open() const { return access_.open(); }

  // --- For handlers ---

  const Engine& engine() const { return engine_; }
  Workers::Load load() const { return workers_.load(); }
  bool draining() const { return draining_; }
  // Hands `runs` to the workers, all or none; false: it has answered that it could not. A run that is dropped
  // is told to `dropped`; without it the exchange is answered.
  using Run = std::function<void(const Turn& turn)>;
  using Dropped = std::function<void(size_t index, const absl::Status& why)>;
  bool Submit(const std::shared_ptr<Exchange>& exchange, std::vector<Run> runs, Urgency urgency,
              const Dropped& dropped = nullptr);
  // For each run that came to an end: counted and logged. `patterns` are those of its source.
  void Note(const Exchange& exchange, absl::string_view kind, const v1::ResultRecord& record,
            const Turn& turn, std::vector<std::string> patterns = {});
  Metrics& metrics() { return metrics_; }
  LanguageBook& languages() const { return languages_; }
  const Summary& summary() const { return summary_; }
  int connections() const { return connections_; }
  // When a run last showed that jails work here.
  absl::Time last_good_run() const { return absl::FromUnixNanos(last_good_ns_); }

 private:
  std::optional<Response> Refuse(Exchange* exchange);
  std::optional<Response> RefuseBody(const Exchange& exchange) const;
  std::optional<Response> RefuseByRate(const Exchange& exchange, int count);

  const Engine engine_;
  const v1::ServeConfig config_;
  const Access access_;
  RateLimiter rates_;
  Metrics metrics_;
  Summary summary_;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> draining_ = false;
  std::atomic<int64_t> last_good_ns_ = 0;
  mutable LanguageBook languages_;  // Whoever asks may be the first.
  Workers workers_;                 // Last: its threads use all of the above.
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_SERVICE_H_
