#include "tools/jaild/engine.h"

#include <unistd.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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

// Versions are asked for once: a toolchain that is replaced is one of the next start's.
class LanguageFacts {
 public:
  explicit LanguageFacts(const Jail& jail) : jail_(jail) {}

  v1::LanguageReport Describe(bool with_versions) {
    if (!with_versions) return Ask(cli::Ask::kNothing);
    const std::lock_guard lock(mutex_);
    if (!versions_) versions_ = Ask(cli::Ask::kVersions);
    return *versions_;
  }

 private:
  v1::LanguageReport Ask(cli::Ask ask) const {
    const absl::StatusOr<std::vector<const v1::Runtime*>> all = cli::PickRuntimes(jail_.Runtimes(), {});
    const auto run = [this](const v1::JobSpec& job) { return jail_.Run(job); };
    const absl::StatusOr<RootFiles> files = FilesOf("");
    if (!all.ok() || !files.ok()) return v1::LanguageReport();
    return cli::DescribeLangs(*all, ask, run, *files);
  }

  const Jail& jail_;
  std::mutex mutex_;
  std::optional<v1::LanguageReport> versions_;
};

}  // namespace

serve::Engine MakeEngine(const Jail& jail) {
  const auto languages = std::make_shared<LanguageFacts>(jail);
  const auto log_lock = std::make_shared<std::mutex>();
  serve::Engine engine;
  engine.run = [&jail](const v1::JobSpec& job, const Io& io) { return jail.Run(job, io); };
  engine.resolve = [&jail](const v1::JobSpec& job) { return jail.Resolve(job); };
  engine.call = [&jail](const v1::CallSpec& spec, const call::Host& host, const Io& io) {
    return call::Run(jail, spec, host, io);
  };
  engine.exam = [&jail](const v1::ExamSpec& spec, const exam::Observer& observe, int cancel_fd) {
    return exam::Run(jail, spec, observe, cancel_fd);
  };
  engine.languages = [languages](bool with_versions) { return languages->Describe(with_versions); };
  engine.call_json = [](const v1::CallResult& result) { return cli::CallJson(result); };
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
