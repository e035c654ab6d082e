#include "jail/serve/notes.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/exam/stream_watch.h"

namespace jail::serve {
namespace {

// Whether the pipe takes a page without waiting.
bool AwaitRoom(int pipe, int cancel_fd) {
  while (true) {
    pollfd waited[] = {{pipe, POLLOUT, 0}, {cancel_fd, POLLIN, 0}};
    if (poll(waited, std::size(waited), -1) < 0 && errno != EINTR) return false;
    if (waited[1].revents != 0 || (waited[0].revents & POLLERR) != 0) return false;
    if ((waited[0].revents & POLLOUT) != 0) return true;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<Notes>> Notes::Open(Exchange* exchange, const char* name) {
  if (!exchange->AcceptsEvents()) return nullptr;
  JAIL_ASSIGN_OR_RETURN(exam::Pipe pipe, exam::MakePipe());
  exchange->live.emplace();
  exchange->live->notes = std::move(pipe.read);
  exchange->live->notes_name = name;
  return std::make_shared<Notes>(std::move(pipe.write));
}

void Notes::Add(absl::string_view json, int cancel_fd) {
  const std::string line = absl::StrCat(json, "\n");
  absl::string_view rest = line;
  while (!rest.empty() && pipe_.valid() && AwaitRoom(pipe_.get(), cancel_fd)) {
    const ssize_t written = write(pipe_.get(), rest.data(), std::min<size_t>(rest.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR) return End();
    rest.remove_prefix(static_cast<size_t>(std::max<ssize_t>(written, 0)));
  }
  if (!rest.empty()) End();  // Half a line is none.
}

}  // namespace jail::serve
