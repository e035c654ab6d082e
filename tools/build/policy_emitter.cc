// Every function returns code that is entered at its first instruction and leaves either by a return
// or by falling off its end; jumps stay inside. So pieces are put together by appending them.
#include "tools/build/policy_emitter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <iterator>
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
sock_filter JumpIfAnyBit(uint32_t k, size_t if_true, size_t if_false) {
  return Instruction(BPF_JMP | BPF_JSET | BPF_K, k, if_true, if_false);
}

void Append(BpfProgram& program, const BpfProgram& more) {
  program.insert(program.end(), more.begin(), more.end());
}

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

// One half of an argument against values: on to the next instruction after the test when it is one of
// them, else over the `rest` that follows too.
BpfProgram TestHalf(size_t offset, uint32_t mask, const std::vector<uint32_t>& values, size_t rest) {
  BpfProgram code = {Load(offset)};
  if (mask != ~uint32_t{0}) code.push_back(And(mask));
  for (size_t left = values.size(); left > 0; --left) {
    const bool last = left == 1;
    code.push_back(JumpIfEqual(values[values.size() - left], left - 1, last ? rest : 0));
  }
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

// Allows when all tests hold, else falls off the end. Made from the back, where the distances are known.
absl::StatusOr<BpfProgram> EmitClause(const Clause& clause) {
  BpfProgram code = {Return(SECCOMP_RET_ALLOW)};
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

using RangeIterator = std::vector<Range>::const_iterator;

BpfProgram EmitTree(RangeIterator begin, RangeIterator end) {
  if (std::next(begin) == end) return begin->code;
  const RangeIterator middle = begin + (end - begin) / 2;
  const BpfProgram lower = EmitTree(begin, middle);
  BpfProgram code;
  if (lower.size() <= kLongestJump) {
    code = {JumpIfAtLeast(middle->first, lower.size(), 0)};
  } else {
    code = {JumpIfAtLeast(middle->first, 0, 1), Jump(lower.size())};
  }
  Append(code, lower);
  Append(code, EmitTree(middle, end));
  return code;
}

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
  Append(program, EmitTree(ranges->begin(), ranges->end()));
  if (program.size() > BPF_MAXINSNS) {
    return absl::ResourceExhaustedError(absl::StrCat("policy \"", policy.name, "\" has ", program.size(),
                                                     " instructions; the kernel takes ", BPF_MAXINSNS));
  }
  return program;
}

}  // namespace jail::build
