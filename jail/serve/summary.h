// The service's runs in a few figures, for GET /api/metrics/summary.
#ifndef JAIL_SERVE_SUMMARY_H_
#define JAIL_SERVE_SUMMARY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "jail/serve/json.h"
#include "jail/v1/result.pb.h"

namespace jail::serve {

// Thread-safe.
class Summary {
 public:
  // Of so many of the last runs times and memory are kept.
  static constexpr size_t kKept = 10'000;

  void Note(const v1::ResultRecord& record);

  // {"total", "successful", "failed": since the start; "averageTime", "p95Time": ms, of the last runs;
  // "memory": ten bins of equal width {"upToBytes", "runs"} up to the largest peak among these; "errors":
  // {"cpu_time_limit": n, ...}}. What needs a run and has none is null.
  Json ToJson() const;

 private:
  struct Kept {
    double ms;
    int64_t memory_bytes;
  };
  mutable std::mutex mutex_;
  int64_t total_ = 0, successful_ = 0;
  std::map<std::string, int64_t> errors_;
  std::deque<Kept> last_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_SUMMARY_H_
