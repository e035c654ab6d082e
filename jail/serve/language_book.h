// What the languages say of themselves. Their versions are asked for in jails, which takes seconds on a
// machine that has just started: so once, ahead of whoever wants to know, and for all who want to know
// meanwhile.
#ifndef JAIL_SERVE_LANGUAGE_BOOK_H_
#define JAIL_SERVE_LANGUAGE_BOOK_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "jail/base/fd.h"
#include "jail/serve/engine.h"
#include "jail/v1/languages.pb.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

struct LanguageFacts {
  v1::LanguageReport report;
  std::string details;  // The answer of /api/languages?details=1.
};

// Thread-safe. Asks once: a toolchain that is replaced is one of the next start's.
class LanguageBook {
 public:
  using Facts = absl::StatusOr<std::shared_ptr<const LanguageFacts>>;
  using Then = std::function<void(const Facts& facts)>;

  // Both must outlive it.
  LanguageBook(const Engine& engine, const v1::ServeConfig& config);
  ~LanguageBook();  // End.
  LanguageBook(const LanguageBook&) = delete;
  LanguageBook& operator=(const LanguageBook&) = delete;

  // Starts to ask, unless that was done before.
  void Begin();
  // Begin; `then` is called once: now, or by another thread when they have answered. UnavailableError: they
  // were not heard out.
  void Tell(Then then);
  // The same, and waits for it.
  Facts Await();
  // They are not heard out.
  void Cancel();
  // Cancel, and waits for its end: nobody is called any more. By one thread.
  void End();

 private:
  void Ask();

  const Engine& engine_;
  const v1::ServeConfig& config_;
  const Fd cancel_;  // As Io::cancel_fd.
  std::mutex mutex_;
  bool begun_ = false, cancelled_ = false;
  std::optional<Facts> facts_;
  std::vector<Then> waiting_;
  std::thread thread_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_LANGUAGE_BOOK_H_
