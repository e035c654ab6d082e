// One thread listens to all jails that are being built or wait. Under one lock: the shapes, each with its
// jails.
#include "jail/pool/pool.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/clock.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/pool/listen.h"

namespace jail::pool {
namespace {

// After so many jails of a shape that came to nothing it is left alone until somebody asks for it again.
constexpr int kFailuresInARow = 3;

// Then a jail that is built for the job is no worse.
constexpr std::chrono::seconds kLongestWait(1);

struct Kept {
  Helper helper;
  int64_t ready_ns = 0;  // 0: still being built.
};

struct OfShape {
  std::list<Kept> jails;  // Oldest first.
  int64_t asked_ns = 0;
  int failures = 0;     // In a row.
  bool forked = false;  // From a zygote: they are there sooner than one that is built for a job.
  int waiting = 0;      // For one of them.

  int ready() const {
    return static_cast<int>(
        std::count_if(jails.begin(), jails.end(), [](const Kept& kept) { return kept.ready_ns != 0; }));
  }
  // Who waits goes before whoever has asked.
  int64_t urgency() const { return waiting > 0 ? std::numeric_limits<int64_t>::max() : asked_ns; }
  int building() const { return static_cast<int>(jails.size()) - ready(); }
};

bool HasEnded(int pidfd) {
  pollfd ended = {pidfd, POLLIN, 0};
  return poll(&ended, 1, 0) > 0;
}

absl::Status OsError(const char* what) {
  return absl::ResourceExhaustedError(absl::StrCat("the pool: ", what, ": ", ErrnoName(errno)));
}

}  // namespace

class Pool::Keeper {
 public:
  Keeper(Options options, Listener listener, Fd wake)
      : options_(std::move(options)), listener_(std::move(listener)), wake_(std::move(wake)) {
    thread_ = std::thread([this] { Keep(); });
  }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  ~Keeper() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    Wake();
    thread_.join();
    for (auto& [shape, of_shape] : shapes_) {
      for (Kept& kept : of_shape.jails) Leave(std::move(kept));
    }
    for (const int pidfd : leaving_) {
      Bury(pidfd);
      close(pidfd);
    }
    // Theirs to wait for who have them.
    if (!std::all_of(running_.begin(), running_.end(), [](const Fd& one) { return HasEnded(one.get()); }))
      launcher_.Abandon();
  }

  std::optional<Helper> Take(const Shape& shape, bool may_wait) {
    std::unique_lock lock(mutex_);
    OfShape& of_shape = shapes_[shape.plan];
    of_shape.asked_ns = MonotonicNs();
    of_shape.failures = 0;
    Wake();
    if (of_shape.ready() <= of_shape.waiting) {  // Those who wait come first.
      ++stats_.missed;
      if (!may_wait || !of_shape.forked) return std::nullopt;
      Await(of_shape, &lock);
    }
    const auto ready = std::find_if(of_shape.jails.begin(), of_shape.jails.end(),
                                    [](const Kept& kept) { return kept.ready_ns != 0; });
    if (ready == of_shape.jails.end()) return std::nullopt;
    Helper helper = std::move(ready->helper);
    helper.parked_ns = of_shape.asked_ns - ready->ready_ns;
    of_shape.jails.erase(ready);
    listener_.Forget(helper.control.get());
    if (helper.loader.valid()) listener_.Forget(helper.loader.get());
    NoteRunning(helper.pidfd.get());
    ++stats_.handed_out;
    return helper;
  }

  Stats stats() const {
    const std::lock_guard lock(mutex_);
    Stats stats = stats_;
    stats.shapes = static_cast<int>(shapes_.size());
    for (const auto& [shape, of_shape] : shapes_) {
      stats.ready += of_shape.ready();
      stats.building += of_shape.building();
    }
    return stats;
  }

 private:
  using Shapes = std::map<std::string, OfShape>;

  // Until there is one ready, or there will be none.
  void Await(OfShape& of_shape, std::unique_lock<std::mutex>* lock) {
    ++of_shape.waiting;
    changed_.wait_for(*lock, kLongestWait,
                      [&] { return ending_ || of_shape.ready() > 0 || of_shape.failures > 0; });
    --of_shape.waiting;
    Wake();  // There is room for others.
  }

  void Wake() {
    const uint64_t one = 1;
    // Full only when the thread has not yet seen the last two billion.
    static_cast<void>(!write(wake_.get(), &one, sizeof one));
  }

  void Keep() {
    while (true) {
      const std::vector<int> heard = listener_.Wait().value_or(std::vector<int>());
      std::unique_lock lock(mutex_);
      if (ending_) return;
      for (const int fd : heard) Hear(fd);
      for (auto next = NextToBuild(); next != shapes_.end(); next = NextToBuild()) Build(next, &lock);
    }
  }

  void Hear(int fd) {
    if (fd == wake_.get()) {
      uint64_t count;
      static_cast<void>(!read(fd, &count, sizeof count));
      return;
    }
    const auto running =
        std::find_if(running_.begin(), running_.end(), [fd](const Fd& one) { return one.get() == fd; });
    if (running != running_.end()) {
      running_.erase(running);
      return;
    }
    const auto leaving = std::find(leaving_.begin(), leaving_.end(), fd);
    if (leaving != leaving_.end()) {
      Bury(fd);
      close(fd);  // Which epoll notices.
      leaving_.erase(leaving);
      return;
    }
    for (auto& [shape, of_shape] : shapes_) {
      const auto kept = std::find_if(of_shape.jails.begin(), of_shape.jails.end(), [fd](const Kept& one) {
        return one.helper.control.get() == fd || one.helper.loader.get() == fd;
      });
      if (kept != of_shape.jails.end()) return HearJail(of_shape, kept);
    }
  }

  // A jail that waits has nothing more to say: if it does, it is ending.
  void HearJail(OfShape& of_shape, std::list<Kept>::iterator kept) {
    const absl::StatusOr<bool> parked = IsParked(&kept->helper);
    if (parked.ok() && !*parked) return;
    if (parked.ok() && kept->ready_ns == 0) {
      kept->ready_ns = MonotonicNs();
      of_shape.failures = 0;
      of_shape.forked = kept->helper.forked;
      changed_.notify_all();
      return;
    }
    ++stats_.failed;
    ++of_shape.failures;
    changed_.notify_all();
    Leave(std::move(*kept));
    of_shape.jails.erase(kept);
  }

  // Ends it; its process is buried when it has gone.
  void Leave(Kept kept) {
    listener_.Forget(kept.helper.control.get());
    if (kept.helper.loader.valid()) listener_.Forget(kept.helper.loader.get());
    const int pidfd = kept.helper.pidfd.Release();
    if (listener_.Add(pidfd)) {
      leaving_.push_back(pidfd);
    } else {
      close(pidfd);
    }
  }

  // Another one's to reap; we only want to know when it is over.
  void NoteRunning(int pidfd) {
    Fd copy(fcntl(pidfd, F_DUPFD_CLOEXEC, 0));
    if (copy.valid() && listener_.Add(copy.get())) running_.push_back(std::move(copy));
  }

  // What runs goes first, and building would take its CPU: until half of a shape's jails are gone. Who waits
  // has nothing that runs.
  bool IsDue(const OfShape& of_shape) const {
    const int jails = static_cast<int>(of_shape.jails.size());
    const int wanted = running_.empty() ? options_.ready_per_shape : (options_.ready_per_shape + 1) / 2;
    return jails < std::max(wanted, of_shape.waiting) && of_shape.failures < kFailuresInARow;
  }

  // The shape that lacks jails and is most urgent; none when there is nothing to do now.
  Shapes::iterator NextToBuild() {
    auto next = shapes_.end();
    int building = 0;
    for (auto row = shapes_.begin(); row != shapes_.end(); ++row) {
      const OfShape& of_shape = row->second;
      building += of_shape.building();
      if (IsDue(of_shape) && (next == shapes_.end() || next->second.urgency() < of_shape.urgency()))
        next = row;
    }
    const bool now = next != shapes_.end() && building < options_.building && MakeRoom(next->second);
    return now ? next : shapes_.end();
  }

  // Starting a helper takes long enough for others not to wait for it. Only this thread removes shapes.
  void Build(Shapes::iterator shape, std::unique_lock<std::mutex>* lock) {
    lock->unlock();
    absl::StatusOr<Helper> helper = launcher_.Park({shape->first});
    lock->lock();
    const bool heard = helper.ok() && listener_.Add(helper->control.get()) &&
                       (!helper->loader.valid() || listener_.Add(helper->loader.get()));
    if (!heard) {
      ++stats_.failed;
      shape->second.failures = kFailuresInARow;
      changed_.notify_all();
      return;
    }
    shape->second.jails.push_back({*std::move(helper), 0});
  }

  // For one more jail of the shape asked for last, by ending one of the shape asked for first. Shapes without
  // a jail are forgotten on the way: who asks again is known again.
  bool MakeRoom(const OfShape& wanting) {
    int count = 0;
    auto oldest = shapes_.end();
    for (auto row = shapes_.begin(); row != shapes_.end();) {
      OfShape& of_shape = row->second;
      if (of_shape.jails.empty() && of_shape.urgency() < wanting.urgency()) {
        row = shapes_.erase(row);
        continue;
      }
      count += static_cast<int>(of_shape.jails.size());
      const bool older = oldest == shapes_.end() || of_shape.asked_ns < oldest->second.asked_ns;
      if (of_shape.urgency() < wanting.urgency() && older) oldest = row;
      ++row;
    }
    if (count < options_.most) return true;
    if (oldest == shapes_.end()) return false;
    Leave(std::move(oldest->second.jails.front()));
    oldest->second.jails.pop_front();
    if (oldest->second.jails.empty()) shapes_.erase(oldest);  // Nobody waits for one of it.
    return true;
  }

  const Options options_;
  Launcher launcher_{options_.launcher_path, options_.zygotes};
  const Listener listener_;
  const Fd wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // A jail is ready, or failed to become so.
  Shapes shapes_;
  std::vector<Fd> running_;   // pidfds of what was handed out
  std::vector<int> leaving_;  // pidfds of helpers that were told to end.
  Stats stats_;
  bool ending_ = false;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Pool>> Pool::Open(Options options) {
  Listener listener;
  if (!listener.valid()) return OsError("epoll_create1");
  Fd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return OsError("eventfd");
  if (!listener.Add(wake.get())) return OsError("epoll_ctl");
  auto keeper = std::make_unique<Keeper>(std::move(options), std::move(listener), std::move(wake));
  return std::unique_ptr<Pool>(new Pool(std::move(keeper)));
}

Pool::Pool(std::unique_ptr<Keeper> keeper) : keeper_(std::move(keeper)) {}
Pool::~Pool() = default;

std::optional<Helper> Pool::Take(const Shape& shape) { return keeper_->Take(shape, /*may_wait=*/true); }
std::optional<Helper> Pool::TakeReady(const Shape& shape) { return keeper_->Take(shape, /*may_wait=*/false); }

Stats Pool::stats() const { return keeper_->stats(); }

}  // namespace jail::pool
