// How much output had come by when: noted at each read of the pump's, kept as at most 400 points whose gaps
// widen as the run goes on. The record's samples take their output figures from here.
#ifndef JAIL_WATCH_OUTPUT_CURVE_H_
#define JAIL_WATCH_OUTPUT_CURVE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jail::watch {

// What had been read by then.
struct OutputNote {
  int64_t at_ns = 0;  // CLOCK_MONOTONIC
  int64_t stdout_bytes = 0;
  int64_t stderr_bytes = 0;
};

class OutputCurve {
 public:
  // In the order of time. Costs nothing until the first output.
  void Add(const OutputNote& note);

  std::vector<OutputNote> Take() { return std::move(notes_); }

 private:
  std::vector<OutputNote> notes_;
  int64_t gap_ns_ = 5'000'000;  // Between two points, but for the last.
};

inline constexpr size_t kMaxOutputNotes = 400;

// The last one at or before a time; none: nothing had come. `from` is where to begin, and moves along.
OutputNote OutputAt(const std::vector<OutputNote>& notes, int64_t at_ns, size_t* from);

}  // namespace jail::watch

#endif  // JAIL_WATCH_OUTPUT_CURVE_H_
