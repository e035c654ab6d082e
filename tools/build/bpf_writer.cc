#include "tools/build/bpf_writer.h"

namespace jail::build {
namespace {

constexpr size_t kLongestJump = 255;

}  // namespace

BpfWriter::Label BpfWriter::Return(uint32_t verdict) {
  const auto [known, is_new] = known_.try_emplace({BPF_RET | BPF_K, verdict, 0, 0}, size());
  return is_new ? Place(BPF_RET | BPF_K, verdict) : known->second;
}

BpfWriter::Label BpfWriter::Branch(uint16_t comparison, uint32_t k, Label if_true, Label if_false) {
  if (if_true == if_false) return if_true;
  const unsigned code = BPF_JMP | BPF_K | comparison;
  const Key key = {code, k, if_true, if_false};
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  // The second may put one more instruction between here and the first: InReach leaves room for it.
  const Label near_true = BringNear(if_true);
  const Label near_false = BringNear(if_false);
  const Label label = Place(code, k, size() - near_true - 1, size() - near_false - 1);
  return known_[key] = label;
}

BpfWriter::Label BpfWriter::Load(size_t offset, uint32_t mask, Label next) {
  const Key key = {BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset), mask, next};
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  if (next + 1 != size()) PlaceJump(next);
  if (mask != ~uint32_t{0}) Place(BPF_ALU | BPF_AND | BPF_K, mask);
  return known_[key] = Place(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

BpfWriter::Label BpfWriter::Place(unsigned code, uint32_t k, size_t if_true, size_t if_false) {
  backwards_.push_back(
      {static_cast<uint16_t>(code), static_cast<uint8_t>(if_true), static_cast<uint8_t>(if_false), k});
  return size() - 1;
}

BpfWriter::Label BpfWriter::PlaceJump(Label target) {
  return Place(BPF_JMP | BPF_JA, static_cast<uint32_t>(size() - target - 1));
}

// Of an instruction that is written next but one, too.
bool BpfWriter::InReach(Label target) const { return size() - target <= kLongestJump; }

BpfWriter::Label BpfWriter::BringNear(Label target) {
  if (InReach(target)) return target;
  const auto nearest = nearest_.find(target);
  if (nearest != nearest_.end() && InReach(nearest->second)) return nearest->second;
  const sock_filter far = backwards_[target];
  return nearest_[target] = far.code == (BPF_RET | BPF_K) ? Place(far.code, far.k) : PlaceJump(target);
}

}  // namespace jail::build
