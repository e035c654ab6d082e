// Puts a BPF program together from its end to its beginning: jumps go forward only, so what an instruction
// jumps to is there before it. The same instruction with the same targets is written once. A conditional
// jump's offset is a byte: a target that is further away gets a copy (a return) or a long jump on the way.
#ifndef TOOLS_BUILD_BPF_WRITER_H_
#define TOOLS_BUILD_BPF_WRITER_H_

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace jail::build {

using BpfProgram = std::vector<sock_filter>;

class BpfWriter {
 public:
  // An instruction, counted from the program's end: 0 is the last.
  using Label = size_t;

  Label Return(uint32_t verdict);
  // `comparison`: BPF_JEQ, BPF_JGE or BPF_JSET. Of two equal targets nothing is left to compare: it is that
  // target.
  Label Branch(uint16_t comparison, uint32_t k, Label if_true, Label if_false);
  // Goes to `next` with the word at `offset` of seccomp_data, cut down to `mask`.
  Label Load(size_t offset, uint32_t mask, Label next);

  size_t size() const { return backwards_.size(); }
  // The program that begins with the newest instruction.
  BpfProgram Finish() const { return {backwards_.rbegin(), backwards_.rend()}; }

 private:
  using Key = std::tuple<unsigned, uint32_t, Label, Label>;

  Label Place(unsigned code, uint32_t k, size_t if_true = 0, size_t if_false = 0);
  Label PlaceJump(Label target);
  bool InReach(Label target) const;
  Label BringNear(Label target);

  BpfProgram backwards_;
  std::map<Key, Label> known_;
  std::map<Label, Label> nearest_;  // The newest stand-in for a target that was once out of reach.
};

}  // namespace jail::build

#endif  // TOOLS_BUILD_BPF_WRITER_H_
