// What is wrong with a log, for a person: the line, the entry, and a sentence.
#ifndef JAIL_EXAM_LOG_FINDING_H_
#define JAIL_EXAM_LOG_FINDING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace jail::exam {

struct Finding {
  int64_t line = 0;    // From 1; 0: of the whole.
  int64_t entry = -1;  // Its sequence, from 0; -1: not of an entry.
  std::string message;
};

// The first kMostFindings of them: a file of garbage has one a line.
class Findings {
 public:
  static constexpr size_t kMostFindings = 100;

  void Add(int64_t line, int64_t entry, std::string message) {
    if (list_.size() < kMostFindings) {
      list_.push_back({line, entry, std::move(message)});
    } else {
      ++left_out_;
    }
  }
  bool empty() const { return list_.empty(); }
  int64_t left_out() const { return left_out_; }
  const std::vector<Finding>& list() const { return list_; }

  void Append(const Findings& others) {
    for (const Finding& finding : others.list_) Add(finding.line, finding.entry, finding.message);
    left_out_ += others.left_out_;
  }

 private:
  std::vector<Finding> list_;
  int64_t left_out_ = 0;
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_FINDING_H_
