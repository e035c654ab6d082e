#include "jail/watch/parked.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "jail/base/clock.h"
#include "jail/base/sys.h"
#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

namespace jail::watch {
namespace {

constexpr char kReady = 'R';  // The loader's only word.

Fault Gone(int error) { return {kStartHelper, error, "the parked helper", {}}; }

// Until there is nothing more to hear now. ECANCELED: it is ending.
int ListenToHelper(Helper* helper, bool* parked) {
  while (true) {
    uint8_t byte = 0;
    int fd = -1;
    const int error = ReceiveByte(helper->control.get(), MSG_DONTWAIT, &byte, &fd);
    Fd received(fd);
    if (error == EAGAIN) return 0;
    if (error != 0) return error;
    switch (static_cast<plan::Message>(byte)) {
      case plan::Message::kReport:
        helper->report = std::move(received);
        break;
      case plan::Message::kWork:
        helper->work = std::move(received);
        break;
      case plan::Message::kParked:
        *parked = true;
        return 0;
      default:
        return ECANCELED;
    }
  }
}

bool IsForked(int report) {
  int32_t zygote = 0;
  const ssize_t got = pread(report, &zygote, sizeof zygote, offsetof(plan::RawReport, zygote));
  return got == static_cast<ssize_t>(sizeof zygote) && zygote == 1;
}

int ListenToLoader(const Helper& helper, bool* parked) {
  char word = 0;
  const ssize_t got = recv(helper.loader.get(), &word, 1, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : errno;
  *parked = got == 1 && word == kReady;
  return *parked ? 0 : EPROTO;
}

// The helper is at work and nobody else is asked: its answer, or its end, comes.
int AwaitBegun(const Helper& helper) {
  uint8_t byte = 0;
  int fd = -1;
  const int error = ReceiveByte(helper.control.get(), 0, &byte, &fd);
  const Fd unwanted(fd);
  if (error != 0) return error;
  return byte == static_cast<uint8_t>(plan::Message::kBegun) ? 0 : ECANCELED;
}

// The loader reads all of it; one that has died is an EPIPE.
int Tell(const Fd& loader, absl::string_view message) {
  while (!message.empty()) {
    const ssize_t sent = send(loader.get(), message.data(), message.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno;
    message.remove_prefix(static_cast<size_t>(sent));
  }
  return 0;
}

std::string Number(size_t number) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(number >> shift & 0xff));
  return text;
}

void Append(absl::string_view bytes, std::string* message) {
  message->append(Number(bytes.size()));
  message->append(bytes.data(), bytes.size());
}

template <typename Files>
void AppendFiles(const Files& files, std::string* message) {
  message->append(Number(static_cast<size_t>(files.size())));
  for (const v1::SourceFile& file : files) {
    Append(file.path(), message);
    Append(file.content(), message);
  }
}

}  // namespace

Fault Listen(Helper* helper, bool* parked) {
  if (const int error = ListenToHelper(helper, parked); error != 0) return Gone(error);
  if (*parked || !helper->loader.valid()) return {};
  if (const int error = ListenToLoader(*helper, parked); error != 0) return Gone(error);
  helper->forked = *parked && IsForked(helper->report.get());
  return {};
}

Fault StartParked(int plan_fd, const LoaderJob& job, Helper* helper) {
  helper->started_ns = MonotonicNs();
  int error = SendByte(helper->control.get(), static_cast<uint8_t>(plan::Message::kJob), plan_fd);
  if (helper->loader.valid()) {
    if (error == 0) error = AwaitBegun(*helper);
    if (error == 0) error = Tell(helper->loader, LoaderMessage(job));
    helper->loader.Reset();
    helper->runtime = true;
  }
  return error == 0 ? Fault() : Gone(error);
}

std::string LoaderMessage(const LoaderJob& job) {
  const v1::PhasePlan& phase = job.phase;
  std::string told;
  const int first = phase.parked().program_argv();
  told.append(Number(static_cast<size_t>(phase.argv_size() - first)));
  for (int i = first; i < phase.argv_size(); ++i) Append(phase.argv(i), &told);
  AppendFiles(phase.files(), &told);
  AppendFiles(job.products, &told);
  return Number(told.size()) + told;
}

}  // namespace jail::watch
