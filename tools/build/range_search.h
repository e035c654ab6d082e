// Writes the search for the range that a loaded word is in, at the least cost: a binary search where ranges
// are wide, comparisons with single values where those stand alone among others.
#ifndef TOOLS_BUILD_RANGE_SEARCH_H_
#define TOOLS_BUILD_RANGE_SEARCH_H_

#include <cstdint>
#include <vector>

#include "tools/build/bpf_writer.h"

namespace jail::build {

// Values from `first` to before the next range, or to the greatest there is.
struct TargetRange {
  uint32_t first = 0;
  BpfWriter::Label target = 0;
  uint64_t weight = 1;  // How often it is asked for, beside the others.
};

// Adds a range to sorted ones; of the same target as the last, it widens that.
void AddTarget(std::vector<TargetRange>& ranges, const TargetRange& range);

// The search's first instruction, which expects the word in the accumulator. `ranges`: the first begins at 0,
// each later one above the one before; neighbours differ.
BpfWriter::Label WriteSearch(BpfWriter& writer, const std::vector<TargetRange>& ranges);

}  // namespace jail::build

#endif  // TOOLS_BUILD_RANGE_SEARCH_H_
