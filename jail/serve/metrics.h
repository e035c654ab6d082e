// What the service counts, for Prometheus. Labels have few values: none is a client's.
#ifndef JAIL_SERVE_METRICS_H_
#define JAIL_SERVE_METRICS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/v1/result.pb.h"

namespace jail::serve {

// What a run was, beside its record.
struct RunFacts {
  absl::string_view kind;                  // "execute", "call", ...
  absl::Duration waited, total;            // In the queue; from the request's first byte to its answer.
  std::vector<std::string> patterns = {};  // Suspicious ones in the source.
};

// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void NoteRun(const v1::ResultRecord& record, const RunFacts& facts);
  // `route`: a row's path, "other" where there is none.
  void NoteAnswer(absl::string_view route, int status);
  // As they are now.
  void SetLoad(int waiting, int running, int connections);

  // In Prometheus's text format 0.0.4.
  std::string Text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_METRICS_H_
