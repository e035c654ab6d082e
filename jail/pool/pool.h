// Jails that are built before anybody asks for them: each waits, empty, for one job of its shape and is then
// gone. A pool learns its shapes from what is asked for, keeps a few ready of each, and builds new ones in
// the background. It has no privilege: each jail has a helper of its own, as every run's has, which a helper
// that lives on starts.
#ifndef JAIL_POOL_POOL_H_
#define JAIL_POOL_POOL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "jail/jail.h"

namespace jail::pool {

struct Options {
  std::string launcher_path = {};
  int ready_per_shape = 4;
  int most = 32;     // Ready or being built, of all shapes: a shape that was not asked for lately makes room.
  int building = 2;  // At once, so that what is run now does not starve.
  // A runtime whose language allows it is started once, and forked into jails; else it is started in each.
  bool zygotes = true;
};

struct Stats {
  int shapes = 0;
  int ready = 0;
  int building = 0;
  int64_t handed_out = 0;
  int64_t missed = 0;  // Asked for when none was ready.
  int64_t failed = 0;  // Built in vain: the helper said no, or died.
};

// Thread-safe; has one thread of its own, which waits for events and nothing else. Destroying it ends the
// jails that wait, and none that was handed out.
class Pool : public Parking {
 public:
  // An error: this process is out of descriptors.
  static absl::StatusOr<std::unique_ptr<Pool>> Open(Options options);
  ~Pool() override;

  // Waits where that is quicker than to go without: for a jail that a zygote forks.
  std::optional<Helper> Take(const Shape& shape) override;
  std::optional<Helper> TakeReady(const Shape& shape);
  Stats stats() const;

 private:
  class Keeper;
  explicit Pool(std::unique_ptr<Keeper> keeper);
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace jail::pool

#endif  // JAIL_POOL_POOL_H_
