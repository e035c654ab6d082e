#include "jail/serve/fair_queue.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace jail::serve {
namespace {

constexpr double kLeastWeight = 0.001;

}  // namespace

absl::Status FairQueue::Push(const std::vector<uint64_t>& ids, const std::string& tenant, const Share& share,
                             Urgency urgency, absl::Time now) {
  const int count = static_cast<int>(ids.size());
  const auto known = tenants_.find(tenant);
  const int his = known == tenants_.end() ? 0 : known->second.waiting;
  if (his + count > share.waiting)
    return absl::ResourceExhaustedError(
        absl::StrCat("you have ", his, " of at most ", share.waiting, " waiting"));
  if (waiting_ + count > most_waiting_) return absl::ResourceExhaustedError("the queue is full");
  Tenant& entry = tenants_[tenant];
  if (known == tenants_.end()) entry.served = clock_;
  entry.share = share;
  for (const uint64_t id : ids) entry.lanes[static_cast<size_t>(urgency)].push_back({id, now});
  entry.waiting += count;
  waiting_ += count;
  return absl::OkStatus();
}

std::optional<FairQueue::Next> FairQueue::Pop(absl::Time now) {
  auto best = tenants_.end();
  for (auto it = tenants_.begin(); it != tenants_.end(); ++it) {
    const Tenant& tenant = it->second;
    if (tenant.waiting == 0 || tenant.running >= tenant.share.runs) continue;
    if (best == tenants_.end() || tenant.served < best->second.served) best = it;
  }
  if (best == tenants_.end()) return std::nullopt;
  Tenant& tenant = best->second;
  const auto lane =
      std::find_if(tenant.lanes.begin(), tenant.lanes.end(), [](const auto& l) { return !l.empty(); });
  const Entry entry = lane->front();
  lane->pop_front();
  --tenant.waiting, --waiting_;
  ++tenant.running, ++running_;
  clock_ = tenant.served;
  tenant.served += 1 / std::max(kLeastWeight, tenant.share.weight);
  return Next{entry.id, best->first, now - entry.since};
}

void FairQueue::Done(const std::string& tenant) {
  const auto it = tenants_.find(tenant);
  if (it == tenants_.end() || it->second.running == 0) return;
  --it->second.running, --running_;
  ForgetIfIdle(it);
}

bool FairQueue::Remove(uint64_t id) {
  for (auto it = tenants_.begin(); it != tenants_.end(); ++it) {
    for (std::deque<Entry>& lane : it->second.lanes) {
      const auto entry = std::find_if(lane.begin(), lane.end(), [id](const Entry& e) { return e.id == id; });
      if (entry == lane.end()) continue;
      lane.erase(entry);
      --it->second.waiting, --waiting_;
      ForgetIfIdle(it);
      return true;
    }
  }
  return false;
}

std::vector<uint64_t> FairQueue::TakeOlder(absl::Time than) {
  std::vector<uint64_t> taken;
  for (const auto& [name, tenant] : tenants_) {
    for (const std::deque<Entry>& lane : tenant.lanes) {
      for (const Entry& entry : lane) {
        if (entry.since < than) taken.push_back(entry.id);
      }
    }
  }
  for (const uint64_t id : taken) Remove(id);
  return taken;
}

void FairQueue::ForgetIfIdle(Tenants::iterator tenant) {
  if (tenant->second.waiting == 0 && tenant->second.running == 0) tenants_.erase(tenant);
}

}  // namespace jail::serve
