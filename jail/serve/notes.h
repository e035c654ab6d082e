// What is told of a function run or an exam while it lives: lines through a pipe, from the run's threads to
// the connection's. Who reads them slowly holds up the run, and nobody else.
#ifndef JAIL_SERVE_NOTES_H_
#define JAIL_SERVE_NOTES_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/serve/exchange.h"

namespace jail::serve {

class Notes {
 public:
  // When the client wants events of this name: their other end is the exchange's. Null: it does not.
  static absl::StatusOr<std::shared_ptr<Notes>> Open(Exchange* exchange, const char* name);
  explicit Notes(Fd pipe) : pipe_(std::move(pipe)) {}

  // One thread at a time. Without effect when nobody reads any more, or as soon as `cancel_fd` is readable.
  void Add(absl::string_view json, int cancel_fd);
  // No more will come: before the exchange is answered.
  void End() { pipe_.Reset(); }

 private:
  Fd pipe_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_NOTES_H_
