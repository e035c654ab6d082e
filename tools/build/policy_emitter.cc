// The functions up to EmitCall return code that is entered at its first instruction and leaves either by
// a return or by falling off its end (a test's jumps may go `rest` further). So pieces are put together by
// appending them. The tree of numbers above the calls is laid out as a whole.
#include "tools/build/policy_emitter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/syscall_names.h"

namespace jail::build {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr uint32_t kNoCall = 0xffffffff;  // What syscall(-1) asks for; no x32 number.
constexpr Verdict kUnknownCall = SECCOMP_RET_ERRNO | ENOSYS;
constexpr size_t kLongestJump = 255;  // A conditional jump's offset is a byte.

sock_filter Instruction(unsigned code, uint32_t k, size_t if_true = 0, size_t if_false = 0) {
  return {static_cast<uint16_t>(code), static_cast<uint8_t>(if_true), static_cast<uint8_t>(if_false), k};
}
sock_filter Load(size_t offset) {
  return Instruction(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}
sock_filter And(uint32_t mask) { return Instruction(BPF_ALU | BPF_AND | BPF_K, mask); }
sock_filter Return(Verdict verdict) { return Instruction(BPF_RET | BPF_K, verdict); }
sock_filter Jump(size_t by) { return Instruction(BPF_JMP | BPF_JA, static_cast<uint32_t>(by)); }
sock_filter JumpIfEqual(uint32_t k, size_t if_true, size_t if_false) {
  return Instruction(BPF_JMP | BPF_JEQ | BPF_K, k, if_true, if_false);
}
sock_filter JumpIfAtLeast(uint32_t k, size_t if_true, size_t if_false) {
  return Instruction(BPF_JMP | BPF_JGE | BPF_K, k, if_true, if_false);
}
sock_filter JumpIfAbove(uint32_t k, size_t if_true, size_t if_false) {
  return Instruction(BPF_JMP | BPF_JGT | BPF_K, k, if_true, if_false);
}
sock_filter JumpIfAnyBit(uint32_t k, size_t if_true, size_t if_false) {
  return Instruction(BPF_JMP | BPF_JSET | BPF_K, k, if_true, if_false);
}

void Append(BpfProgram& program, const BpfProgram& more) {
  program.insert(program.end(), more.begin(), more.end());
}

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

// Values that follow one another.
struct Interval {
  uint32_t first;
  uint32_t last;
};

std::vector<Interval> MakeIntervals(const std::vector<uint32_t>& sorted) {
  std::vector<Interval> intervals;
  for (uint32_t value : sorted) {
    if (!intervals.empty() && intervals.back().last + 1 == value) {
      intervals.back().last = value;
    } else {
      intervals.push_back({value, value});
    }
  }
  return intervals;
}

// Compares with one interval, before the `later` ones: jumps over those when the value is in it, and
// over the `rest` after them too when the value cannot be in a later one.
BpfProgram TestInterval(Interval interval, const BpfProgram& later, size_t rest) {
  const size_t miss = later.empty() ? rest : 0;
  if (interval.first == interval.last) return {JumpIfEqual(interval.first, later.size(), miss)};
  return {JumpIfAtLeast(interval.first, 0, 1 + later.size() + rest),
          JumpIfAbove(interval.last, miss, later.size())};
}

// One half of an argument against sorted values: on to the next instruction after the test when it is one
// of them, else over the `rest` that follows too.
BpfProgram TestHalf(size_t offset, uint32_t mask, const std::vector<uint32_t>& values, size_t rest) {
  const std::vector<Interval> intervals = MakeIntervals(values);
  BpfProgram comparisons;
  for (auto interval = intervals.rbegin(); interval != intervals.rend(); ++interval) {
    BpfProgram first = TestInterval(*interval, comparisons, rest);
    Append(first, comparisons);
    comparisons = std::move(first);
  }
  BpfProgram code = {Load(offset)};
  if (mask != ~uint32_t{0}) code.push_back(And(mask));
  Append(code, comparisons);
  return code;
}

// Little-endian: the low half comes first.
size_t LowOffset(int arg) { return offsetof(seccomp_data, args) + 8 * static_cast<size_t>(arg); }
size_t HighOffset(int arg) { return LowOffset(arg) + 4; }

// Falls through to what follows when the test holds, else jumps over `rest` instructions.
absl::StatusOr<BpfProgram> EmitTest(const ArgTest& test, size_t rest) {
  std::vector<uint32_t> values;
  for (uint64_t value : test.values) {
    if (High(value) != High(test.values[0])) {
      return absl::UnimplementedError("values of one condition differ in their upper halves");
    }
    values.push_back(Low(value));
  }
  BpfProgram low = TestHalf(LowOffset(test.arg), Low(test.mask), values, rest);
  if (High(test.mask) == 0) return low;
  BpfProgram both =
      TestHalf(HighOffset(test.arg), High(test.mask), {High(test.values[0])}, low.size() + rest);
  Append(both, low);
  return both;
}

// Answers when all tests hold, else falls off the end. Made from the back, where the distances are known.
absl::StatusOr<BpfProgram> EmitClause(const Clause& clause) {
  BpfProgram code = {Return(clause.verdict)};
  for (auto test = clause.tests.rbegin(); test != clause.tests.rend(); ++test) {
    absl::StatusOr<BpfProgram> head = EmitTest(*test, code.size());
    if (!head.ok()) return head;
    Append(*head, code);
    code = *std::move(head);
  }
  if (code.size() > kLongestJump) {
    return absl::ResourceExhaustedError("a rule has too many values for one BPF jump: split it");
  }
  return code;
}

absl::StatusOr<BpfProgram> EmitCall(const CallRules& rules) {
  BpfProgram code;
  for (const Clause& clause : rules.clauses) {
    const absl::StatusOr<BpfProgram> part = EmitClause(clause);
    if (!part.ok()) return part;
    Append(code, *part);
  }
  code.push_back(Return(rules.otherwise));
  return code;
}

// Neighbouring numbers with the same code.
struct Range {
  uint32_t first;
  BpfProgram code;
  bool plain;  // One return, which may be shared with the neighbours.
};

void AddRange(std::vector<Range>& ranges, uint32_t first, BpfProgram code, bool plain) {
  const bool same = !ranges.empty() && plain && ranges.back().plain && ranges.back().code[0].k == code[0].k;
  if (!same) ranges.push_back({first, std::move(code), plain});
}

absl::StatusOr<std::vector<Range>> MakeRanges(const CheckedPolicy& policy) {
  std::vector<Range> ranges;
  for (int number = 0; number <= kNewestSyscall + 1; ++number) {
    const auto first = static_cast<uint32_t>(number);
    const auto call = policy.calls.find(number);
    if (call == policy.calls.end()) {
      AddRange(ranges, first, {Return(kUnknownCall)}, /*plain=*/true);
      continue;
    }
    absl::StatusOr<BpfProgram> code = EmitCall(call->second);
    if (!code.ok()) {
      return absl::Status(code.status().code(),
                          absl::StrCat("policy \"", policy.name, "\", call \"", SyscallName(number),
                                       "\": ", code.status().message()));
    }
    AddRange(ranges, first, *std::move(code), call->second.clauses.empty());
  }
  return ranges;
}

// The tree: first all its comparisons, then one exit for each different leaf, then the long leaves.
// So comparisons reach each other and every exit with the short jumps that they have.
class Tree {
 public:
  explicit Tree(const std::vector<Range>& ranges) : ranges_(ranges) { AddNode(0, ranges.size()); }

  absl::StatusOr<BpfProgram> Emit() const {
    BpfProgram code;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const size_t if_true = Distance(i, nodes_[i].upper);
      const size_t if_false = Distance(i, nodes_[i].lower);
      if (std::max(if_true, if_false) > kLongestJump) {
        return absl::ResourceExhaustedError("too many changes between neighbouring numbers for one tree");
      }
      code.push_back(JumpIfAtLeast(nodes_[i].pivot, if_true, if_false));
    }
    BpfProgram leaves;
    for (size_t i = 0; i < exits_.size(); ++i) {
      const bool plain = exits_[i]->plain;
      code.push_back(plain ? exits_[i]->code[0] : Jump(exits_.size() - i - 1 + leaves.size()));
      if (!plain) Append(leaves, exits_[i]->code);
    }
    Append(code, leaves);
    return code;
  }

 private:
  struct Target {
    bool is_exit;
    size_t index;
  };
  struct Node {
    uint32_t pivot;
    Target lower;
    Target upper;
  };

  Target AddNode(size_t begin, size_t end) {
    if (end - begin == 1) return {true, ExitOf(ranges_[begin])};
    const size_t middle = begin + (end - begin) / 2;
    const size_t index = nodes_.size();
    nodes_.push_back({ranges_[middle].first, {}, {}});
    const Target lower = AddNode(begin, middle);
    const Target upper = AddNode(middle, end);
    nodes_[index].lower = lower;
    nodes_[index].upper = upper;
    return {false, index};
  }

  size_t ExitOf(const Range& range) {
    for (size_t i = 0; i < exits_.size(); ++i) {
      if (range.plain && exits_[i]->plain && exits_[i]->code[0].k == range.code[0].k) return i;
    }
    exits_.push_back(&range);
    return exits_.size() - 1;
  }

  size_t Distance(size_t from, Target to) const {
    return (to.is_exit ? nodes_.size() + to.index : to.index) - from - 1;
  }

  const std::vector<Range>& ranges_;
  std::vector<Node> nodes_;
  std::vector<const Range*> exits_;
};

}  // namespace

absl::StatusOr<BpfProgram> EmitBpf(const CheckedPolicy& policy) {
  const absl::StatusOr<std::vector<Range>> ranges = MakeRanges(policy);
  if (!ranges.ok()) return ranges.status();
  BpfProgram program = {
      Load(offsetof(seccomp_data, arch)), JumpIfEqual(AUDIT_ARCH_X86_64, 1, 0),
      Return(SECCOMP_RET_KILL_PROCESS),   Load(offsetof(seccomp_data, nr)),
      JumpIfAnyBit(kX32Bit, 0, 3),        JumpIfEqual(kNoCall, 1, 0),
      Return(SECCOMP_RET_KILL_PROCESS),   Return(kUnknownCall),
  };
  const absl::StatusOr<BpfProgram> tree = Tree(*ranges).Emit();
  if (!tree.ok()) {
    return absl::Status(tree.status().code(),
                        absl::StrCat("policy \"", policy.name, "\": ", tree.status().message()));
  }
  Append(program, *tree);
  if (program.size() > BPF_MAXINSNS) {
    return absl::ResourceExhaustedError(absl::StrCat("policy \"", policy.name, "\" has ", program.size(),
                                                     " instructions; the kernel takes ", BPF_MAXINSNS));
  }
  return program;
}

}  // namespace jail::build
