#include "jail/serve/workers.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "jail/base/errno_name.h"
#include "jail/base/text.h"
#include "jail/base/threads.h"

namespace jail::serve {
namespace {

constexpr char kShuttingDown[] = "the service is shutting down";

void DropAll(const std::vector<Task>& tasks, const absl::Status& why) {
  for (const Task& task : tasks) task.drop(why);
}

// Cannot fail: the counter is far from full.
void MakeReadable(const Fd& event) { static_cast<void>(eventfd_write(event.get(), 1)); }

}  // namespace

Workers::Workers(int threads, int most_waiting, absl::Duration longest_wait)
    : longest_wait_(longest_wait), queue_(most_waiting) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      BlockSignals();
      Work();
    });
  }
}

Workers::~Workers() {
  CancelAll();
  for (std::thread& thread : threads_) thread.join();
}

absl::StatusOr<std::vector<uint64_t>> Workers::Submit(std::vector<Task> tasks, const std::string& tenant,
                                                      const Share& share, Urgency urgency) {
  std::vector<Kept> kept;
  for (Task& task : tasks) {
    kept.push_back({std::move(task), Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))});
    if (!kept.back().cancel.valid())
      return absl::ResourceExhaustedError(
          absl::StrCat("this service is out of descriptors: ", ErrnoName(errno)));
  }
  const std::lock_guard lock(mutex_);
  if (draining_) return absl::UnavailableError(kShuttingDown);
  std::vector<uint64_t> ids;
  for (size_t i = 0; i < kept.size(); ++i) ids.push_back(last_id_ + 1 + i);
  const absl::Status pushed = queue_.Push(ids, tenant, share, urgency, absl::Now());
  if (!pushed.ok()) return pushed;
  last_id_ += kept.size();
  for (size_t i = 0; i < kept.size(); ++i) tasks_.emplace(ids[i], std::move(kept[i]));
  wake_.notify_all();
  return ids;
}

void Workers::Cancel(uint64_t id) {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    const auto task = tasks_.find(id);
    if (task == tasks_.end()) return;
    MakeReadable(task->second.cancel);
    if (queue_.Remove(id)) dropped = Take({id});
  }
  DropAll(dropped, absl::CancelledError("cancelled"));
}

void Workers::Expire() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = Take(queue_.TakeOlder(absl::Now() - longest_wait_));
  }
  DropAll(dropped, absl::DeadlineExceededError(absl::StrCat("it has waited for ", FormatLimit(longest_wait_),
                                                            "; too much is going on here")));
}

void Workers::Drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

void Workers::CancelAll() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    draining_ = stopping_ = true;  // Nothing waits from here on: the threads end.
    for (const auto& [id, kept] : tasks_) MakeReadable(kept.cancel);
    dropped = Take(queue_.TakeAll());
    wake_.notify_all();
  }
  DropAll(dropped, absl::UnavailableError(kShuttingDown));
}

Workers::Load Workers::load() const {
  const std::lock_guard lock(mutex_);
  return {queue_.waiting(), queue_.running()};
}

void Workers::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    const std::optional<FairQueue::Next> next = queue_.Pop(absl::Now());
    if (!next && stopping_) return;
    if (!next) {
      wake_.wait(lock);
      continue;
    }
    // The entry stays where it is until it is erased here: its descriptor is in use.
    const Kept& kept = tasks_.at(next->id);
    lock.unlock();
    kept.task.run({kept.cancel.get(), next->waited});
    lock.lock();
    tasks_.erase(next->id);
    queue_.Done(next->tenant);
    wake_.notify_one();  // His next one may run now.
  }
}

std::vector<Task> Workers::Take(const std::vector<uint64_t>& ids) {
  std::vector<Task> taken;
  for (const uint64_t id : ids) taken.push_back(std::move(tasks_.extract(id).mapped().task));
  return taken;
}

}  // namespace jail::serve
