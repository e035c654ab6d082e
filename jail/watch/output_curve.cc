#include "jail/watch/output_curve.h"

namespace jail::watch {

// The newest point moves on until it is far enough from the one before: so the last figure is always there.
void OutputCurve::Add(const OutputNote& note) {
  const size_t count = notes_.size();
  if (count >= 2 && notes_[count - 1].at_ns - notes_[count - 2].at_ns < gap_ns_) {
    notes_.back() = note;
    return;
  }
  if (count == kMaxOutputNotes) {
    for (size_t i = 0; i < count / 2; ++i) notes_[i] = notes_[2 * i + 1];
    notes_.resize(count / 2);
    gap_ns_ *= 2;
  }
  notes_.push_back(note);
}

OutputNote OutputAt(const std::vector<OutputNote>& notes, int64_t at_ns, size_t* from) {
  while (*from < notes.size() && notes[*from].at_ns <= at_ns) ++*from;
  return *from == 0 ? OutputNote() : notes[*from - 1];
}

}  // namespace jail::watch
