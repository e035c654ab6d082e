// A call's rules become a decision: a word of an argument is loaded and looked up among the values that any
// of the rules wants of it; for each range of values the rules that are left decide in the same way.
// Decisions that are equal are one piece of the program.
#include "tools/build/policy_emitter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/syscall_names.h"
#include "tools/build/range_search.h"

namespace jail::build {
namespace {

using Label = BpfWriter::Label;

constexpr uint32_t kNoCall = 0xffffffff;  // What syscall(-1) asks for; no x32 number.
constexpr Verdict kUnknownCall = SECCOMP_RET_ERRNO | ENOSYS;
// A call that is always allowed meets the filter once, when that is loaded; one with tests, each time.
constexpr uint64_t kWeightOfTested = 8;
constexpr size_t kMostDecisions = 10'000;  // Of one call; a few dozen are normal.

// Half an argument, as far as a rule looks at it.
struct Word {
  size_t offset;
  uint32_t mask;

  bool operator==(const Word& other) const { return offset == other.offset && mask == other.mask; }
  bool operator<(const Word& other) const {
    return std::pair(offset, mask) < std::pair(other.offset, other.mask);
  }
};

// What is left to be seen of a clause.
struct OpenClause {
  std::map<Word, std::set<uint32_t>> tests;
  Verdict verdict;

  bool operator<(const OpenClause& other) const {
    return std::pair(verdict, tests) < std::pair(other.verdict, other.tests);
  }
};
using OpenClauses = std::vector<OpenClause>;

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

// Little-endian: the low half comes first.
size_t LowOffset(int arg) { return offsetof(seccomp_data, args) + 8 * static_cast<size_t>(arg); }
size_t HighOffset(int arg) { return LowOffset(arg) + 4; }

// One word may be tested twice: both must hold.
void AddTest(const Word& word, const std::set<uint32_t>& values, OpenClause& clause) {
  const auto [test, is_new] = clause.tests.try_emplace(word, values);
  if (is_new) return;
  std::set<uint32_t> common;
  std::set_intersection(test->second.begin(), test->second.end(), values.begin(), values.end(),
                        std::inserter(common, common.end()));
  test->second = common;
}

absl::StatusOr<OpenClause> Open(const Clause& clause) {
  OpenClause open{{}, clause.verdict};
  for (const ArgTest& test : clause.tests) {
    std::set<uint32_t> lows;
    for (uint64_t value : test.values) {
      if (High(value) != High(test.values[0])) {
        return absl::UnimplementedError("values of one condition differ in their upper halves");
      }
      lows.insert(Low(value));
    }
    AddTest({LowOffset(test.arg), Low(test.mask)}, lows, open);
    if (High(test.mask) == 0) continue;
    AddTest({HighOffset(test.arg), High(test.mask)}, {High(test.values[0])}, open);
  }
  return open;
}

absl::StatusOr<OpenClauses> Open(const CallRules& rules) {
  OpenClauses all;
  for (const Clause& clause : rules.clauses) {
    absl::StatusOr<OpenClause> open = Open(clause);
    if (!open.ok()) return open.status();
    all.push_back(*std::move(open));
  }
  return all;
}

// What is left when the word has that value.
OpenClauses After(const OpenClauses& clauses, const Word& word, uint32_t value) {
  OpenClauses left;
  for (const OpenClause& clause : clauses) {
    const auto test = clause.tests.find(word);
    if (test == clause.tests.end()) {
      left.push_back(clause);
    } else if (test->second.count(value) != 0) {
      left.push_back(clause);
      left.back().tests.erase(word);
    }
  }
  return left;
}

// Where a range of values begins that may be answered differently from the values before it.
std::set<uint32_t> Beginnings(const OpenClauses& clauses, const Word& word) {
  std::set<uint32_t> beginnings = {0};
  for (const OpenClause& clause : clauses) {
    const auto test = clause.tests.find(word);
    if (test == clause.tests.end()) continue;
    for (uint32_t value : test->second) {
      beginnings.insert(value);
      if (value != ~uint32_t{0}) beginnings.insert(value + 1);
    }
  }
  return beginnings;
}

// Decides by the rules of one call.
class CallDecision {
 public:
  CallDecision(BpfWriter& writer, Verdict otherwise) : writer_(writer), otherwise_(otherwise) {}

  Label Write(const OpenClauses& clauses) {
    if (clauses.empty() || TooLong()) return writer_.Return(otherwise_);
    if (clauses[0].tests.empty()) return writer_.Return(clauses[0].verdict);
    if (const auto known = known_.find(clauses); known != known_.end()) return known->second;
    const Word word = clauses[0].tests.begin()->first;
    std::vector<TargetRange> ranges;
    for (uint32_t first : Beginnings(clauses, word)) {
      AddTarget(ranges, {first, Write(After(clauses, word, first))});
    }
    const bool decides = ranges.size() > 1;
    const Label label =
        decides ? writer_.Load(word.offset, word.mask, WriteSearch(writer_, ranges)) : ranges[0].target;
    return known_[clauses] = label;
  }

  // The program is unusable then.
  bool TooLong() const { return writer_.size() > BPF_MAXINSNS || known_.size() > kMostDecisions; }

 private:
  BpfWriter& writer_;
  Verdict otherwise_;
  std::map<OpenClauses, Label> known_;
};

absl::Status TooLong(const CheckedPolicy& policy) {
  return absl::ResourceExhaustedError(absl::StrCat("policy \"", policy.name, "\" is longer than the ",
                                                   BPF_MAXINSNS, " instructions that the kernel takes"));
}

absl::StatusOr<Label> WriteCall(BpfWriter& writer, const CheckedPolicy& policy, int number,
                                const CallRules& rules) {
  const absl::StatusOr<OpenClauses> clauses = Open(rules);
  if (!clauses.ok()) {
    return absl::Status(clauses.status().code(),
                        absl::StrCat("policy \"", policy.name, "\", call \"", SyscallName(number),
                                     "\": ", clauses.status().message()));
  }
  CallDecision decision(writer, rules.otherwise);
  const Label label = decision.Write(*clauses);
  if (decision.TooLong()) return TooLong(policy);
  return label;
}

// For numbers above all calls.
Label WriteAbove(BpfWriter& writer) {
  const Label unknown = writer.Return(kUnknownCall);
  const Label x32 = writer.Branch(BPF_JSET, kX32Bit, writer.Return(SECCOMP_RET_KILL_PROCESS), unknown);
  return writer.Branch(BPF_JEQ, kNoCall, unknown, x32);
}

absl::StatusOr<std::vector<TargetRange>> WriteCalls(BpfWriter& writer, const CheckedPolicy& policy) {
  std::vector<TargetRange> ranges;
  for (int number = 0; number <= kNewestSyscall; ++number) {
    TargetRange range{static_cast<uint32_t>(number), writer.Return(kUnknownCall), 1};
    const auto call = policy.calls.find(number);
    if (call != policy.calls.end()) {
      const absl::StatusOr<Label> target = WriteCall(writer, policy, number, call->second);
      if (!target.ok()) return target.status();
      range.target = *target;
      if (!call->second.clauses.empty()) range.weight = kWeightOfTested;
    }
    AddTarget(ranges, range);
  }
  AddTarget(ranges, {kNewestSyscall + 1, WriteAbove(writer), 1});
  return ranges;
}

}  // namespace

absl::StatusOr<BpfProgram> EmitBpf(const CheckedPolicy& policy) {
  BpfWriter writer;
  const absl::StatusOr<std::vector<TargetRange>> ranges = WriteCalls(writer, policy);
  if (!ranges.ok()) return ranges.status();
  const Label native = writer.Load(offsetof(seccomp_data, nr), ~uint32_t{0}, WriteSearch(writer, *ranges));
  const Label entry =
      writer.Branch(BPF_JEQ, AUDIT_ARCH_X86_64, native, writer.Return(SECCOMP_RET_KILL_PROCESS));
  writer.Load(offsetof(seccomp_data, arch), ~uint32_t{0}, entry);
  if (writer.size() > BPF_MAXINSNS) return TooLong(policy);
  return writer.Finish();
}

}  // namespace jail::build
