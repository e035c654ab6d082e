#include "tools/build/range_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>

namespace jail::build {
namespace {

using Label = BpfWriter::Label;

// What an instruction costs when a filter is loaded (checked, translated twice, compiled), in steps that are
// executed then: the kernel runs the filter on each number once, for its table of calls that are always
// allowed.
constexpr uint64_t kInstructionSteps = 80;
// More are halved first: the work grows with the third power. There are fewer calls.
constexpr size_t kMostAtOnce = 512;

// Searches of the ranges [begin, end), by dynamic programming over all of them.
class Search {
 public:
  Search(BpfWriter& writer, const std::vector<TargetRange>& ranges, size_t begin, size_t end)
      : writer_(writer), ranges_(ranges), begin_(begin), count_(end - begin), plans_(count_ * (count_ + 1)) {
    for (size_t length = 1; length <= count_; ++length) {
      for (size_t first = begin; first + length <= end; ++first) MakePlan(first, first + length);
    }
  }

  Label Write() { return Write(begin_, begin_ + count_); }

 private:
  // Either a comparison that parts the ranges at `split`, or (split 0) with one value after the other; what
  // is none of them goes to `background`.
  struct Plan {
    uint64_t cost = 0;
    uint64_t weight = 0;
    size_t split = 0;
    Label background = 0;
  };

  Plan& PlanOf(size_t begin, size_t end) { return plans_[(begin - begin_) * (count_ + 1) + end - begin]; }

  bool IsSingle(size_t i) const {
    if (i + 1 < ranges_.size()) return ranges_[i + 1].first == ranges_[i].first + 1;
    return ranges_[i].first == std::numeric_limits<uint32_t>::max();
  }

  void MakePlan(size_t begin, size_t end) {
    Plan& plan = PlanOf(begin, end);
    for (size_t i = begin; i < end; ++i) plan.weight += ranges_[i].weight;
    plan.background = ranges_[begin].target;
    if (end - begin == 1) return;
    plan.cost = std::numeric_limits<uint64_t>::max();
    for (size_t split = begin + 1; split < end; ++split) {
      const uint64_t cost =
          kInstructionSteps + plan.weight + PlanOf(begin, split).cost + PlanOf(split, end).cost;
      if (cost < plan.cost) plan.cost = cost, plan.split = split;
    }
    TrySingles(begin, end, plan);
  }

  // One value after the other, when all but one target's are single.
  void TrySingles(size_t begin, size_t end, Plan& plan) const {
    const Label background = BackgroundOf(begin, end);
    uint64_t cost = 0;
    uint64_t still_there = plan.weight;
    for (size_t i : Foreground(begin, end, background)) {
      if (!IsSingle(i)) return;
      cost += kInstructionSteps + still_there;
      still_there -= ranges_[i].weight;
    }
    if (cost < plan.cost) plan = {cost, plan.weight, 0, background};
  }

  // The target of what is not single, or else the one with most ranges.
  Label BackgroundOf(size_t begin, size_t end) const {
    std::map<Label, size_t> counts;
    for (size_t i = begin; i < end; ++i) {
      if (!IsSingle(i)) return ranges_[i].target;
      ++counts[ranges_[i].target];
    }
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }

  // The other ranges, those with most weight first.
  std::vector<size_t> Foreground(size_t begin, size_t end, Label background) const {
    std::vector<size_t> found;
    for (size_t i = begin; i < end; ++i) {
      if (ranges_[i].target != background) found.push_back(i);
    }
    std::stable_sort(found.begin(), found.end(),
                     [this](size_t a, size_t b) { return ranges_[a].weight > ranges_[b].weight; });
    return found;
  }

  Label Write(size_t begin, size_t end) {
    const Plan plan = PlanOf(begin, end);
    if (plan.split == 0) return WriteSingles(begin, end, plan.background);
    const Label upper = Write(plan.split, end);
    const Label lower = Write(begin, plan.split);
    return writer_.Branch(BPF_JGE, ranges_[plan.split].first, upper, lower);
  }

  Label WriteSingles(size_t begin, size_t end, Label background) {
    const std::vector<size_t> singles = Foreground(begin, end, background);
    Label next = background;
    for (auto i = singles.rbegin(); i != singles.rend(); ++i) {
      next = writer_.Branch(BPF_JEQ, ranges_[*i].first, ranges_[*i].target, next);
    }
    return next;
  }

  BpfWriter& writer_;
  const std::vector<TargetRange>& ranges_;
  size_t begin_;
  size_t count_;
  std::vector<Plan> plans_;
};

Label WriteHalves(BpfWriter& writer, const std::vector<TargetRange>& ranges, size_t begin, size_t end) {
  if (end - begin <= kMostAtOnce) return Search(writer, ranges, begin, end).Write();
  const size_t middle = begin + (end - begin) / 2;
  const Label upper = WriteHalves(writer, ranges, middle, end);
  const Label lower = WriteHalves(writer, ranges, begin, middle);
  return writer.Branch(BPF_JGE, ranges[middle].first, upper, lower);
}

}  // namespace

void AddTarget(std::vector<TargetRange>& ranges, const TargetRange& range) {
  if (!ranges.empty() && ranges.back().target == range.target) {
    ranges.back().weight += range.weight;
  } else {
    ranges.push_back(range);
  }
}

BpfWriter::Label WriteSearch(BpfWriter& writer, const std::vector<TargetRange>& ranges) {
  return WriteHalves(writer, ranges, 0, ranges.size());
}

}  // namespace jail::build
