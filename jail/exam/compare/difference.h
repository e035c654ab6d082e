// How a difference is told: for compare.cc and compare_json.cc.
#ifndef JAIL_EXAM_COMPARE_DIFFERENCE_H_
#define JAIL_EXAM_COMPARE_DIFFERENCE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// Where two texts part, in bytes, and what to say of it. An empty `message`: nowhere.
struct Difference {
  std::string message;
  size_t expected_at = 0;
  size_t actual_at = 0;
};

// The difference with both texts beside it, each cut around its place.
v1::Comparison Told(const Difference& difference, absl::string_view expected, absl::string_view actual);

}  // namespace jail::exam

#endif  // JAIL_EXAM_COMPARE_DIFFERENCE_H_
