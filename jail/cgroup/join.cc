#include "jail/cgroup/join.h"

#include <cerrno>
#include <cstdint>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr uint8_t kJoin = 'J', kNoMore = 'G';

int JoinOne(int from, int to, uint8_t* byte) {
  int tasks = -1;
  int error = ReceiveByte(from, 0, byte, &tasks);
  if (error == 0 && *byte != kJoin && *byte != kNoMore) error = ECANCELED;
  if (error == 0 && *byte == kJoin) error = WriteWhole(tasks, "0", 1);
  if (error == 0 && to >= 0) error = SendByte(to, *byte, tasks);
  CloseFd(&tasks);
  return error;
}

}  // namespace

int OfferGroups(int socket, const Cgroups& cgroups) {
  for (const int tasks : cgroups.join) {
    if (tasks < 0) continue;
    if (const int error = SendByte(socket, kJoin, tasks)) return error;
  }
  return SendByte(socket, kNoMore);
}

int JoinOffered(int from, int to, plan::Trace& trace) {
  uint8_t byte = 0;
  for (int item = 0; byte != kNoMore; ++item) {
    plan::At(trace, item, "tasks");
    if (const int error = JoinOne(from, to, &byte)) return error;
  }
  return 0;
}

}  // namespace jail::cgroup
