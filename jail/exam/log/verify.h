// Says whether a log is what its exam wrote, and if not, where it is not. The log is a stranger's: any bytes
// do no harm, and take time in proportion to their number.
//
// Checked, in this order: the lines; the chain of hashes; the seal and its signature; and when the chain
// holds, what the entries say: order, times, counts, output; and that a result is this log's. A broken chain
// is one finding or a few; what follows from the gap is not found again.
#ifndef JAIL_EXAM_LOG_VERIFY_H_
#define JAIL_EXAM_LOG_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/exam/log/finding.h"
#include "jail/exam/log/key.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

struct Report {
  std::vector<Finding> findings;  // Empty: it is good.
  int64_t findings_left_out = 0;
  int64_t entries = 0;
  int64_t cases = 0;          // That were judged or skipped.
  std::string key;            // Of the signature, hexadecimal; empty: there is none.
  bool key_is_known = false;  // It is the one that was asked for.

  bool ok() const { return findings.empty(); }
};

// `key`: who must have signed it. Null: the signature is still checked, but anybody can have made it.
// `result`: of the same exam. Null: there is none to compare.
Report Verify(absl::string_view log, const PublicKey* key, const v1::ExamResult* result);

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_VERIFY_H_
