// One request on its way to its answer.
#ifndef JAIL_SERVE_EXCHANGE_H_
#define JAIL_SERVE_EXCHANGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "jail/base/fd.h"
#include "jail/serve/access.h"
#include "jail/serve/http.h"

namespace jail::serve {

struct Route;

// A run whose output the client sees as it comes: our ends of its pipes. At the end of file of both, and once
// the answer is there, it is over.
struct Live {
  Fd stdout_pipe, stderr_pipe;
  // Only of WebSockets: standard input, lines of host functions' calls, and of their answers; signals as Io
  // has them; a byte for each phase that begins, kCompiles or kRuns, and what the compiler writes, up to its
  // end.
  Fd stdin_pipe = {}, calls = {}, answers = {}, signals = {}, stages = {}, compiler_pipe = {};
  static constexpr char kCompiles = 'c', kRuns = 'r';
  // Only of events: lines of JSON, each an event of this name.
  Fd notes = {};
  const char* notes_name = "";
};

struct Exchange {
  Head head;
  Caller caller = {};
  std::string id = {};           // The client's X-Request-Id, or one of ours.
  const Route* route = nullptr;  // Null: there is none, the request is refused.
  absl::Time began = absl::InfinitePast();
  std::string body = {};
  // How the answer leaves: called exactly once, on any thread. Set before Service::Handle.
  std::function<void(Response response)> answer = nullptr;
  // Set by Service::Handle when the answer is a stream of events. Then the final answer's body is the last of
  // them.
  std::optional<Live> live = std::nullopt;

  // What is running for it, by Workers' names; to be cancelled when the client has gone.
  std::vector<uint64_t> tasks = {};

  bool AcceptsProtobuf() const {
    return !AcceptsEvents() &&
           (Accepts("application/x-protobuf") || (IsProtobuf() && head.Find("Accept") == nullptr));
  }
  bool AcceptsEvents() const { return Accepts("text/event-stream"); }
  bool IsProtobuf() const;

 private:
  bool Accepts(absl::string_view type) const;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_EXCHANGE_H_
