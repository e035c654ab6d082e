#include "tools/build/bpf_evaluator.h"

#include <cstddef>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace jail::build {
namespace {

absl::Status Fault(size_t at, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("instruction ", at, ": ", what));
}

// Aligned words inside seccomp_data: all that the kernel's seccomp_check_filter takes.
std::optional<uint32_t> LoadWord(const seccomp_data& call, uint32_t offset) {
  if (offset % sizeof(uint32_t) != 0 || offset >= sizeof(call)) return std::nullopt;
  uint32_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(&call) + offset, sizeof(word));
  return word;
}

std::optional<bool> Compare(uint16_t code, uint32_t accumulator, uint32_t k) {
  switch (code) {
    case BPF_JMP | BPF_JEQ | BPF_K:
      return accumulator == k;
    case BPF_JMP | BPF_JGE | BPF_K:
      return accumulator >= k;
    case BPF_JMP | BPF_JGT | BPF_K:
      return accumulator > k;
    case BPF_JMP | BPF_JSET | BPF_K:
      return (accumulator & k) != 0;
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<BpfResult> EvaluateBpf(absl::Span<const sock_filter> program, const seccomp_data& call) {
  uint32_t accumulator = 0;
  int steps = 0;
  for (size_t at = 0; at < program.size(); ++at) {  // Jumps go forward only, so this ends.
    const sock_filter& i = program[at];
    ++steps;
    if (i.code == (BPF_RET | BPF_K)) return BpfResult{i.k, steps};
    if (i.code == (BPF_JMP | BPF_JA)) {
      at += i.k;
    } else if (i.code == (BPF_ALU | BPF_AND | BPF_K)) {
      accumulator &= i.k;
    } else if (i.code == (BPF_LD | BPF_W | BPF_ABS)) {
      const std::optional<uint32_t> word = LoadWord(call, i.k);
      if (!word.has_value()) return Fault(at, "loads from outside seccomp_data");
      accumulator = *word;
    } else {
      const std::optional<bool> taken = Compare(i.code, accumulator, i.k);
      if (!taken.has_value()) return Fault(at, absl::StrCat("unknown code ", i.code));
      at += *taken ? i.jt : i.jf;
    }
  }
  return Fault(program.size(), "the program has no end here");
}

}  // namespace jail::build
