#include "tools/build/policy_proof.h"

#include <errno.h>
#include <linux/audit.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/syscall_names.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/call_text.h"

namespace jail::build {
namespace {

constexpr uint32_t kNoCall = 0xffffffff;
constexpr uint32_t kManyNumbers = 2048;  // More than there are calls, native, of x32 and of i386.
constexpr size_t kMostCombinations = 10'000'000;
constexpr int kFewBits = 10;  // Of a mask: each of its values is looked at.

using Values = std::set<uint32_t>;

// What somebody compares a word of seccomp_data with: constant by mask.
using Comparisons = std::set<std::pair<uint32_t, uint32_t>>;
using Words = std::map<size_t, Comparisons>;  // By the word's offset.

constexpr size_t kNumber = offsetof(seccomp_data, nr);
constexpr size_t kArch = offsetof(seccomp_data, arch);

bool Holds(const ArgTest& test, const seccomp_data& call) {
  const uint64_t argument = call.args[test.arg] & test.mask;
  return std::find(test.values.begin(), test.values.end(), argument) != test.values.end();
}

bool AllHold(const Clause& clause, const seccomp_data& call) {
  return std::all_of(clause.tests.begin(), clause.tests.end(),
                     [&call](const ArgTest& test) { return Holds(test, call); });
}

seccomp_data MakeCall(uint32_t arch, uint32_t number, uint32_t fill) {
  seccomp_data call;
  std::memset(&call, fill == 0 ? 0 : 0xff, sizeof call);
  call.arch = arch;
  call.nr = static_cast<int>(number);
  return call;
}

void SetWord(seccomp_data& call, size_t offset, uint32_t value) {
  std::memcpy(reinterpret_cast<char*>(&call) + offset, &value, sizeof value);
}

// What the program compares the words of a call with, on any way that arguments could make it go. Number and
// architecture are known, so of their comparisons one outcome is followed.
class ProgramWords {
 public:
  ProgramWords(absl::Span<const sock_filter> program, const seccomp_data& call)
      : program_(program), call_(call) {
    Follow({0, 0, ~uint32_t{0}});
  }

  const Words& words() const { return words_; }

 private:
  struct State {
    size_t at;
    size_t offset;
    uint32_t mask;
    bool operator<(const State& other) const {
      return std::tie(at, offset, mask) < std::tie(other.at, other.offset, other.mask);
    }
  };

  void Follow(State state) {
    if (state.at >= program_.size() || !seen_.insert(state).second) return;
    const sock_filter& i = program_[state.at++];
    if (i.code == (BPF_RET | BPF_K)) return;
    if (i.code == (BPF_LD | BPF_W | BPF_ABS)) {
      Follow({state.at, i.k, ~uint32_t{0}});
    } else if (i.code == (BPF_ALU | BPF_AND | BPF_K)) {
      Follow({state.at, state.offset, state.mask & i.k});
    } else if (i.code == (BPF_JMP | BPF_JA)) {
      Follow({state.at + i.k, state.offset, state.mask});
    } else if (state.offset == kNumber || state.offset == kArch) {
      Follow({state.at + (Taken(i, state) ? i.jt : i.jf), state.offset, state.mask});
    } else {
      words_[state.offset].insert({i.k, state.mask});
      Follow({state.at + i.jt, state.offset, state.mask});
      Follow({state.at + i.jf, state.offset, state.mask});
    }
  }

  // By the evaluator's own reading of a comparison.
  bool Taken(const sock_filter& comparison, const State& state) const {
    const sock_filter steps[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<uint32_t>(state.offset)},
        {BPF_ALU | BPF_AND | BPF_K, 0, 0, state.mask},
        {comparison.code, 1, 0, comparison.k},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, 1},
    };
    const absl::StatusOr<BpfResult> result = EvaluateBpf(steps, call_);
    return result.ok() && result->verdict == 1;
  }

  absl::Span<const sock_filter> program_;
  const seccomp_data& call_;
  std::set<State> seen_;
  Words words_;
};

void AddRules(const CallRules& rules, Words& words) {
  for (const Clause& clause : rules.clauses) {
    for (const ArgTest& test : clause.tests) {
      const size_t low = offsetof(seccomp_data, args) + 8 * static_cast<size_t>(test.arg);
      for (uint64_t value : test.values) {
        words[low].insert({static_cast<uint32_t>(value), static_cast<uint32_t>(test.mask)});
        words[low + 4].insert({static_cast<uint32_t>(value >> 32), static_cast<uint32_t>(test.mask >> 32)});
      }
    }
  }
}

// With the bits that the mask leaves out all clear, all set, and set one by one.
void AddAround(uint32_t value, uint32_t mask, Values& values) {
  values.insert({value & mask, value | ~mask});
  for (uint32_t bit = 1; bit != 0 && mask != 0; bit <<= 1) {
    if ((mask & bit) == 0) values.insert((value & mask) | bit);
  }
}

Values ValuesFor(const Comparisons& comparisons) {
  Values values = {0, ~uint32_t{0}};
  std::set<uint32_t> masks;
  for (const auto& [constant, mask] : comparisons) {
    for (uint32_t value : {constant - 1, constant, constant + 1}) AddAround(value, mask, values);
    masks.insert(mask);
  }
  for (uint32_t mask : masks) {
    if (__builtin_popcount(mask) > kFewBits) continue;
    for (uint32_t some = mask; some != 0; some = (some - 1) & mask) values.insert({some, some | ~mask});
  }
  return values;
}

class Prover {
 public:
  Prover(const CheckedPolicy& policy, absl::Span<const sock_filter> program)
      : policy_(policy), program_(program) {}

  absl::Status Prove() {
    const Values numbers = Numbers();
    if (absl::Status status = ProvePlainly(AUDIT_ARCH_X86_64, numbers); !status.ok()) return status;
    for (uint32_t number : numbers) {
      if (absl::Status status = ProveArguments(number); !status.ok()) return status;
    }
    for (uint32_t arch : ForeignArchitectures()) {
      if (absl::Status status = ProvePlainly(arch, numbers); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  Values Numbers() const {
    Values numbers = {~uint32_t{0}};
    for (const sock_filter& i : program_) numbers.insert({i.k - 1, i.k, i.k + 1});
    for (int bit = 0; bit < 32; ++bit) {
      const uint32_t power = uint32_t{1} << bit;
      numbers.insert({power - 1, power, power + 1, ~power});
    }
    for (uint32_t base : {uint32_t{0}, kX32Bit, 2 * kX32Bit, 3 * kX32Bit}) {
      for (uint32_t number = 0; number < kManyNumbers; ++number)
        numbers.insert({base + number, base - number});
    }
    return numbers;
  }

  static Values ForeignArchitectures() {
    Values all = {AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0, ~uint32_t{0}};
    for (int bit = 0; bit < 32; ++bit) all.insert(AUDIT_ARCH_X86_64 ^ (uint32_t{1} << bit));
    return all;
  }

  // With arguments of no bit and of every bit; what most mistakes are found by.
  absl::Status ProvePlainly(uint32_t arch, const Values& numbers) {
    for (uint32_t number : numbers) {
      for (uint32_t fill : {uint32_t{0}, ~uint32_t{0}}) {
        if (absl::Status status = Compare(MakeCall(arch, number, fill)); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  // Every combination of arguments that either side could tell apart.
  absl::Status ProveArguments(uint32_t number) {
    const seccomp_data call = MakeCall(AUDIT_ARCH_X86_64, number, 0);
    Words words = ProgramWords(program_, call).words();
    const auto rules = policy_.calls.find(call.nr);
    if (rules != policy_.calls.end()) AddRules(rules->second, words);
    std::vector<std::pair<size_t, Values>> choices;
    size_t combinations = 1;
    for (const auto& [offset, comparisons] : words) {
      choices.emplace_back(offset, ValuesFor(comparisons));
      combinations *= choices.back().second.size();
      if (combinations > kMostCombinations) {
        return absl::ResourceExhaustedError(absl::StrCat(FormatCall(call), " has too many combinations"));
      }
    }
    absl::Status status = Combine(choices, 0, call);
    return status.ok() ? Combine(choices, 0, MakeCall(AUDIT_ARCH_X86_64, number, 1)) : status;
  }

  absl::Status Combine(const std::vector<std::pair<size_t, Values>>& choices, size_t at, seccomp_data call) {
    if (at == choices.size()) return Compare(call);
    for (uint32_t value : choices[at].second) {
      SetWord(call, choices[at].first, value);
      if (absl::Status status = Combine(choices, at + 1, call); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Compare(const seccomp_data& call) const {
    const absl::StatusOr<BpfResult> result = EvaluateBpf(program_, call);
    const Verdict ruled = RuledVerdict(policy_, call);
    if (result.ok() && result->verdict == ruled) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("policy \"", policy_.name, "\": the program answers ", FormatCall(call), " with ",
                     result.ok() ? FormatVerdict(result->verdict) : result.status().message(),
                     ", the rules with ", FormatVerdict(ruled)));
  }

  const CheckedPolicy& policy_;
  absl::Span<const sock_filter> program_;
};

}  // namespace

Verdict RuledVerdict(const CheckedPolicy& policy, const seccomp_data& call) {
  if (call.arch != AUDIT_ARCH_X86_64) return SECCOMP_RET_KILL_PROCESS;
  const auto number = static_cast<uint32_t>(call.nr);
  if (number != kNoCall && (number & kX32Bit) != 0) return SECCOMP_RET_KILL_PROCESS;
  const auto rules = policy.calls.find(call.nr);
  if (rules == policy.calls.end()) return SECCOMP_RET_ERRNO | ENOSYS;
  for (const Clause& clause : rules->second.clauses) {
    if (AllHold(clause, call)) return clause.verdict;
  }
  return rules->second.otherwise;
}

absl::Status ProveProgram(const CheckedPolicy& policy, absl::Span<const sock_filter> program) {
  return Prover(policy, program).Prove();
}

}  // namespace jail::build
