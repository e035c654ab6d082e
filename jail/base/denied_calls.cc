#include "jail/base/denied_calls.h"

#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "jail/base/sys.h"

namespace jail {
namespace {

// The kernel copies as much as its own struct has; ours has room for a longer one of later kernels.
union Notification {
  seccomp_notif value;
  char room[512];
};
union Response {
  seccomp_notif_resp value;
  char room[512];
};

}  // namespace

int ReceiveDenied(int listener, uint64_t* id, seccomp_data* call) {
  Notification request;
  std::memset(&request, 0, sizeof request);  // The kernel refuses anything but zeros.
  if (const int error = Control(listener, SECCOMP_IOCTL_NOTIF_RECV, &request)) return error;
  *id = request.value.id;
  *call = request.value.data;
  return 0;
}

int AnswerFor(int number) {
  // x86_64 has no calls between these; the unified numbers start at the second.
  constexpr int kLastOldCall = 334;
  constexpr int kFirstUnifiedCall = 424;
  const bool gap = number > kLastOldCall && number < kFirstUnifiedCall;
  return gap || number < 0 ? ENOSYS : EPERM;
}

int AnswerDenied(int listener, uint64_t id, int answer) {
  Response response;
  std::memset(&response, 0, sizeof response);
  response.value.id = id;
  response.value.error = -answer;
  const int error = Control(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  return error == ENOENT ? 0 : error;
}

}  // namespace jail
