// What the service needs of the layers below, as functions: so that it can be tested without jails.
#ifndef JAIL_SERVE_ENGINE_H_
#define JAIL_SERVE_ENGINE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/call/host.h"
#include "jail/exam/emitter.h"
#include "jail/jail.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/languages.pb.h"

namespace jail::serve {

// All of them thread-safe.
struct Engine {
  // As Jail has them.
  std::function<v1::ResultRecord(const v1::JobSpec& job, const Io& io)> run = nullptr;
  std::function<absl::StatusOr<v1::RunPlan>(const v1::JobSpec& job)> resolve = nullptr;
  // As call::Run and exam::Run.
  std::function<v1::CallResult(const v1::CallSpec& spec, const call::Host& host, const Io& io,
                               const call::LogObserver& observe_log)>
      call = nullptr;
  std::function<v1::ExamResult(const v1::ExamSpec& spec, const exam::Observer& observe, int cancel_fd)> exam =
      nullptr;
  // The languages of this machine; and with their versions, which are asked for in jails. `cancel_fd` as in
  // Io.
  std::function<v1::LanguageReport()> languages = nullptr;
  std::function<v1::LanguageReport(int cancel_fd)> versions = nullptr;
  // A function run's result as JSON, and an entry of its log.
  std::function<std::string(const v1::CallResult& result)> call_json = nullptr;
  std::function<std::string(const v1::LogEntry& entry)> log_json = nullptr;
  // A record as JSON, and as an exit status that a shell would see.
  std::function<std::string(const v1::ResultRecord& record)> record_json = nullptr;
  std::function<int(const v1::ResultRecord& record)> exit_status = nullptr;
  // One line of the log, without its end.
  std::function<void(absl::string_view line)> log = nullptr;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_ENGINE_H_
