#include "tools/jailrun/doctor/judge.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

// How late a limit on time may end a run here: what matters is that it does, tests/bench measures how
// exactly. RLIMIT_CPU, the stand-in, counts whole seconds.
constexpr int64_t kLateUs = 300'000;
constexpr int64_t kLateByRlimitUs = 1'300'000;

const v1::PhaseResult& PhaseOf(const v1::ResultRecord& record) {
  return record.phases().empty() ? v1::PhaseResult::default_instance()
                                 : record.phases(record.phases_size() - 1);
}

const v1::Limits& LimitsOf(const v1::ResultRecord& record) { return record.provenance().limits(); }

const v1::LimitHit* FindHit(const v1::ResultRecord& record, v1::Resource resource) {
  for (const v1::LimitHit& hit : PhaseOf(record).limit_hits()) {
    if (hit.resource() == resource) return &hit;
  }
  return nullptr;
}

absl::string_view MechanismOf(const v1::ResultRecord& record, v1::Resource resource) {
  for (const v1::LimitReport& limit : PhaseOf(record).limits()) {
    if (limit.resource() == resource) return limit.mechanism();
  }
  return "";
}

// The attack's last line; see attack/attack.h.
absl::string_view LastWords(const v1::ResultRecord& record) {
  const v1::Output& out = PhaseOf(record).stdout();
  const absl::string_view text = absl::StripSuffix(out.tail().empty() ? out.content() : out.tail(), "\n");
  const size_t line = text.rfind('\n');
  return line == absl::string_view::npos ? text : text.substr(line + 1);
}

bool Started(const v1::ResultRecord& record) {
  return absl::StartsWith(PhaseOf(record).stdout().content(), "START ");
}

Finding NotHeld(std::string evidence) { return {false, std::move(evidence)}; }

// Nothing that the attack said says how it ended.
Finding Silent(const v1::ResultRecord& record) {
  return NotHeld(absl::StrCat(Started(record) ? "the attack came to no end: " : "the attack did not start: ",
                              VerdictLabel(record.verdict()), ", ", record.summary()));
}

struct Count {
  int64_t count = 0;
  std::string error;  // "NONE": nothing stopped it.
};

bool ParseCount(const v1::ResultRecord& record, Count* count) {
  const std::vector<std::string> words = absl::StrSplit(LastWords(record), ' ');
  if (words.size() != 3 || words[0] != "COUNT" || !absl::SimpleAtoi(words[1], &count->count)) return false;
  count->error = words[2];
  return true;
}

// A bomb that was to be refused with `error` after at most `most`.
Finding JudgeCount(const v1::ResultRecord& record, int64_t most, absl::string_view error,
                   absl::string_view what) {
  Count count;
  if (!ParseCount(record, &count)) return Silent(record);
  const std::string got = absl::StrCat("got ", count.count, " ", what);
  if (count.error == "NONE") return NotHeld(absl::StrCat(got, ", and nothing stopped it; at most ", most));
  return {count.count <= most && count.error == error,
          absl::StrCat(got, " of at most ", most, ", then ", count.error)};
}

std::string Elapsed(int64_t microseconds) { return FormatElapsed(absl::Microseconds(microseconds)); }

Finding EndedBy(const v1::ResultRecord& record, v1::Verdict verdict, v1::Resource resource,
                const std::string& evidence) {
  const v1::LimitHit* hit = FindHit(record, resource);
  const bool ended = record.verdict() == verdict && hit != nullptr && hit->ended_run();
  return {ended, absl::StrCat(VerdictLabel(record.verdict()), ", ", evidence)};
}

}  // namespace

Finding JudgeRefused(const v1::ResultRecord& record) {
  absl::string_view words = LastWords(record);
  if (absl::ConsumePrefix(&words, "ESCAPED ")) return NotHeld(absl::StrCat("worked: ", words));
  if (!absl::ConsumePrefix(&words, "BLOCKED ")) return Silent(record);
  return {true, std::string(words)};
}

// In sampler mode the memory may pass the limit between two samples; the verdict says the truth then.
Finding JudgeMemory(const v1::ResultRecord& record) {
  const v1::LimitHit* hit = FindHit(record, v1::RESOURCE_MEMORY_BYTES);
  const int64_t events = hit == nullptr ? 0 : hit->events();
  return EndedBy(record, v1::VERDICT_MEMORY_LIMIT, v1::RESOURCE_MEMORY_BYTES,
                 absl::StrCat("peak ", FormatBytes(PhaseOf(record).usage().memory_peak_bytes()), " of ",
                              FormatBytes(LimitsOf(record).memory_bytes()), ", limit events: ", events));
}

// Page cache is given back when it is needed: reading much is no offence, and must not be called one.
Finding JudgePageCache(const v1::ResultRecord& record) {
  Count count;
  if (!ParseCount(record, &count)) return Silent(record);
  const bool enough = count.count * kMiB > LimitsOf(record).memory_bytes();
  return {record.verdict() == v1::VERDICT_OK && enough,
          absl::StrCat("read ", count.count, " MiB of files under ",
                       FormatBytes(LimitsOf(record).memory_bytes()), ": ", VerdictLabel(record.verdict()))};
}

Finding JudgeProcesses(const v1::ResultRecord& record) {
  const int64_t limit = LimitsOf(record).processes();
  Finding finding = JudgeCount(record, limit - 1, "EAGAIN", "more");
  const v1::Usage& usage = PhaseOf(record).usage();
  if (!usage.has_processes_peak()) return finding;
  absl::StrAppend(&finding.evidence, "; at once, seen from outside: ", usage.processes_peak());
  finding.held = finding.held && usage.processes_peak() <= limit + 1;  // init may count for itself.
  return finding;
}

Finding JudgeCpuTime(const v1::ResultRecord& record) {
  const int64_t limit_us = LimitsOf(record).cpu_time_ms() * kUsPerMs;
  const int64_t used_us = PhaseOf(record).usage().cpu_time_us();
  const bool by_cgroup = absl::StrContains(MechanismOf(record, v1::RESOURCE_CPU_TIME_MS), "cgroup");
  Finding finding = EndedBy(record, v1::VERDICT_CPU_TIME_LIMIT, v1::RESOURCE_CPU_TIME_MS,
                            absl::StrCat("used ", Elapsed(used_us), " of ", Elapsed(limit_us)));
  finding.held = finding.held && used_us <= limit_us + (by_cgroup ? kLateUs : kLateByRlimitUs);
  return finding;
}

// The quota is handed out in slices of 100 ms, one of which may be used ahead.
Finding JudgeCpuRate(const v1::ResultRecord& record) {
  constexpr int64_t kSliceUs = 100'000;
  constexpr int64_t kMillicoresPerCore = 1000;
  Count count;
  if (!ParseCount(record, &count)) return Silent(record);
  const v1::Usage& usage = PhaseOf(record).usage();
  const int64_t millicores = LimitsOf(record).cpu_millicores();
  const int64_t most_us = (usage.wall_time_us() + kSliceUs) * millicores / kMillicoresPerCore + kSliceUs / 4;
  return {usage.cpu_time_us() <= most_us,
          absl::StrCat("used ", Elapsed(usage.cpu_time_us()), " of CPU in ", Elapsed(usage.wall_time_us()),
                       " at ", FormatMillicores(millicores))};
}

Finding JudgeWallTime(const v1::ResultRecord& record) {
  const int64_t limit_us = LimitsOf(record).wall_time_ms() * kUsPerMs;
  const int64_t used_us = PhaseOf(record).usage().wall_time_us();
  Finding finding = EndedBy(record, v1::VERDICT_WALL_TIME_LIMIT, v1::RESOURCE_WALL_TIME_MS,
                            absl::StrCat("ended after ", Elapsed(used_us), " of ", Elapsed(limit_us)));
  finding.held = finding.held && used_us <= limit_us + kLateUs;
  return finding;
}

// It was asked first, it got its time, and no more of it.
Finding JudgeGrace(const v1::ResultRecord& record) {
  const int64_t grace_us = LimitsOf(record).grace_ms() * kUsPerMs;
  const v1::LimitHit* hit = FindHit(record, v1::RESOURCE_WALL_TIME_MS);
  if (hit == nullptr || !hit->has_grace()) return Silent(record);
  const v1::Grace& grace = hit->grace();
  const bool held = Started(record) && grace.killed() && grace.error_name().empty() &&
                    grace.used_us() >= grace_us && grace.used_us() <= grace_us + kLateUs;
  return {held, absl::StrCat("killed ", Elapsed(grace.used_us()), " after SIGTERM, of ", Elapsed(grace_us))};
}

// All was counted, little was kept.
Finding JudgeOutput(const v1::ResultRecord& record) {
  const int64_t limit = LimitsOf(record).output_bytes();
  Finding finding = {Started(record), ""};
  for (const v1::Output* out : {&PhaseOf(record).stdout(), &PhaseOf(record).stderr()}) {
    const auto kept = static_cast<int64_t>(out->content().size() + out->tail().size());
    finding.held = finding.held && out->truncated() && kept <= limit && out->total_bytes() >= 16 * kMiB;
    absl::StrAppend(&finding.evidence, finding.evidence.empty() ? "" : "; ", "kept ", FormatBytes(kept),
                    " of ", FormatBytes(out->total_bytes()));
  }
  return finding;
}

Finding JudgeDisk(const v1::ResultRecord& record) {
  return JudgeCount(record, LimitsOf(record).disk_bytes() / kMiB, "ENOSPC", "MiB");
}

Finding JudgeInodes(const v1::ResultRecord& record) {
  return JudgeCount(record, LimitsOf(record).disk_inodes(), "ENOSPC", "files");
}

Finding JudgeFileSize(const v1::ResultRecord& record) {
  return JudgeCount(record, LimitsOf(record).file_bytes() / kMiB, "EFBIG", "MiB");
}

Finding JudgeOpenFiles(const v1::ResultRecord& record) {
  return JudgeCount(record, LimitsOf(record).open_files() - 3, "EMFILE", "descriptors");
}

Finding JudgeStack(const v1::ResultRecord& record) {
  Count count;
  if (ParseCount(record, &count)) return NotHeld(absl::StrCat("used ", count.count, " MiB of stack"));
  const bool ended = Started(record) && PhaseOf(record).term_signal() == SIGSEGV;
  return {ended, absl::StrCat("died of signal ", PhaseOf(record).term_signal(), " at ",
                              FormatBytes(LimitsOf(record).stack_bytes()))};
}

Finding JudgeLinks(const v1::ResultRecord& record) {
  Count count;
  if (!ParseCount(record, &count)) return Silent(record);
  if (count.error != "NONE") return NotHeld(absl::StrCat("no link could be made: ", count.error));
  bool honest = false;
  std::string foreign;
  for (const v1::Artifact& artifact : record.artifacts()) {
    if (artifact.path() == "honest.txt" && artifact.content() == "honest\n") {
      honest = true;
    } else {
      absl::StrAppend(&foreign, " ", artifact.path());
    }
  }
  if (!foreign.empty()) return NotHeld(absl::StrCat("came back:", foreign));
  return {honest, absl::StrCat(count.count,
                               " links stayed inside, the honest file came back: ", honest ? "yes" : "no")};
}

Finding JudgeDaemon(const v1::ResultRecord& record) {
  Count count;
  if (!ParseCount(record, &count)) return Silent(record);
  if (count.count != 1) return NotHeld(absl::StrCat("no daemon could be made: ", count.error));
  return {true, "a daemon was started, and no such process is left"};
}

}  // namespace jail::cli
