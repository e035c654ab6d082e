#include "tools/jaild/engine.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/threads.h"
#include "jail/call/call.h"
#include "jail/exam/run.h"
#include "tools/jailrun/call_text.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/langs.h"
#include "tools/jailrun/langs_report.h"
#include "tools/jailrun/record_text.h"

namespace jail::daemon {
namespace {

// Nothing is asked in jails.
v1::LanguageReport Describe(const Jail& jail) {
  const absl::StatusOr<std::vector<const v1::Runtime*>> all = cli::PickRuntimes(jail.Runtimes(), {});
  const absl::StatusOr<RootFiles> files = FilesOf("");
  if (!all.ok() || !files.ok()) return v1::LanguageReport();
  const auto nobody = [](const v1::JobSpec&) { return v1::ResultRecord(); };
  return cli::DescribeLangs(*all, cli::Ask::kNothing, nobody, *files);
}

// Each in a jail of its own, as many at a time as there are CPUs.
v1::LanguageReport AskVersions(const Jail& jail, int cancel_fd) {
  const absl::StatusOr<std::vector<const v1::Runtime*>> all = cli::PickRuntimes(jail.Runtimes(), {});
  const absl::StatusOr<RootFiles> files = FilesOf("");
  if (!all.ok() || !files.ok()) return v1::LanguageReport();
  Io io;
  io.cancel_fd = cancel_fd;
  const auto run = [&jail, &io](const v1::JobSpec& job) { return jail.Run(job, io); };
  std::vector<v1::LanguageReport> answers(all->size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < answers.size(); i = next++)
      answers[i] = cli::DescribeLangs({(*all)[i]}, cli::Ask::kVersions, run, *files);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&work] {
      BlockSignalsOfThread();
      work();
    });
  }
  for (std::thread& thread : threads) thread.join();
  v1::LanguageReport report;
  for (const v1::LanguageReport& answer : answers) report.MergeFrom(answer);
  return report;
}

}  // namespace

serve::Engine MakeEngine(const Jail& jail) {
  const auto log_lock = std::make_shared<std::mutex>();
  serve::Engine engine;
  engine.run = [&jail](const v1::JobSpec& job, const Io& io) { return jail.Run(job, io); };
  engine.resolve = [&jail](const v1::JobSpec& job) { return jail.Resolve(job); };
  engine.call = [&jail](const v1::CallSpec& spec, const call::Host& host, const Io& io,
                        const call::LogObserver& observe_log) {
    return call::Run(jail, spec, host, io, observe_log);
  };
  engine.exam = [&jail](const v1::ExamSpec& spec, const exam::Observer& observe, int cancel_fd) {
    return exam::Run(jail, spec, observe, cancel_fd);
  };
  engine.languages = [&jail] { return Describe(jail); };
  engine.versions = [&jail](int cancel_fd) { return AskVersions(jail, cancel_fd); };
  engine.call_json = [](const v1::CallResult& result) { return cli::CallJson(result); };
  engine.log_json = [](const v1::LogEntry& entry) { return cli::LogJson(entry); };
  engine.record_json = [](const v1::ResultRecord& record) { return cli::ToJson(record).value_or(""); };
  engine.exit_status = [](const v1::ResultRecord& record) { return cli::ExitStatus(record, 0); };
  engine.log = [log_lock](absl::string_view line) {
    const std::lock_guard lock(*log_lock);
    // Nobody is left to be told that nobody reads the log.
    static_cast<void>(cli::WriteAll(STDOUT_FILENO, absl::StrCat(line, "\n")));
  };
  return engine;
}

}  // namespace jail::daemon
