#include "jail/watch/timing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "jail/base/fd.h"
#include "jail/base/text.h"

namespace jail::watch {
namespace {

constexpr int64_t kUsPerSecond = 1'000'000;
using E = TimingEvidence;
using Figure = std::optional<int64_t>;

// One thing that can hold a program up: LOW when it is both more than `least` and more than `per_mille`
// of its base. The second keeps a long run from being blamed for crumbs, the first a short one.
struct Doubt {
  Figure (*figure)(const E&);
  int64_t least;
  int64_t per_mille;
  int64_t (*base)(const E&);
  std::string (*say)(int64_t figure);
};

std::string Time(int64_t us) { return FormatElapsed(absl::Microseconds(us)); }
int64_t Wall(const E& e) { return e.wall_us; }

// For each sample the helper is woken where it was last, which is where the program runs, and goes first: of
// 49 forced switches in 300 ms of an idle machine 30 were for it. Who shares its CPU is seen all the same:
// samples come every 10 ms and more rarely, another's turn every 3.
int64_t SwitchesForOthers(const E& e) { return e.forced_switches - e.samples; }

// A task that waits for its own rate is to the kernel one that waits for a CPU: the program's own are not
// the host's.
Figure PressureOfOthers(const E& e) {
  if (!e.pressure_us) return std::nullopt;
  return *e.pressure_us - e.throttled_us.value_or(0);
}

// To add one: a row, a figure in TimingEvidence, a case in timing_test.cc.
constexpr Doubt kDoubts[] = {
    // Ticks of 10 ms: two may be one and rounding. 1% is what repeated runs differ by on an idle machine.
    {[](const E& e) { return e.stolen_us; }, 20'000, 10, Wall,
     [](int64_t us) { return absl::StrCat("the hypervisor took ", Time(us), " of CPU time"); }},
    // Exact. It slows the clock only, by the caller's own wish; but the wall time then says nothing.
    {[](const E& e) { return e.throttled_us; }, 1'000, 10, Wall,
     [](int64_t us) { return absl::StrCat("the CPU rate held the program up for ", Time(us)); }},
    // A program alone on its CPU gives way to the kernel's own threads, some 10 times a second; one that
    // shares it does every 3 ms. 100 in a second of CPU time lie between: ten a switch, 1,000 a second.
    {[](const E& e) -> Figure { return SwitchesForOthers(e) * 10; }, 300, 1,
     [](const E& e) { return e.cpu_us; },
     [](int64_t tenths) {
       return absl::StrCat("the program had to give up its CPU ", tenths / 10, " times");
     }},
    // The host's tasks, the jail's own threads among them, so a share that those rarely reach.
    {PressureOfOthers, 20'000, 200, Wall,
     [](int64_t us) { return absl::StrCat("tasks of this host waited ", Time(us), " for a CPU"); }},
};

// The first bytes of a small file of the kernel's; empty when it cannot be read.
std::string FirstBytes(const char* path) {
  const Fd file(open(path, O_RDONLY | O_CLOEXEC));
  std::string text(256, '\0');
  const ssize_t got = file.valid() ? read(file.get(), text.data(), text.size()) : 0;
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return text;
}

}  // namespace

// "cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL ...", in ticks; see proc(5).
std::optional<int64_t> ParseStolenUs(absl::string_view proc_stat, int64_t ticks_per_second) {
  constexpr size_t kStealColumn = 8;
  const absl::string_view line = proc_stat.substr(0, proc_stat.find('\n'));
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  int64_t ticks;
  if (words.size() <= kStealColumn || words[0] != "cpu" || ticks_per_second <= 0) return std::nullopt;
  if (!absl::SimpleAtoi(words[kStealColumn], &ticks)) return std::nullopt;
  return ticks * (kUsPerSecond / ticks_per_second);
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345", in microseconds.
std::optional<int64_t> ParsePressureUs(absl::string_view pressure) {
  constexpr absl::string_view kTotal = " total=";
  const absl::string_view line = pressure.substr(0, pressure.find('\n'));
  const size_t total = line.find(kTotal);
  int64_t us;
  if (line.substr(0, 5) != "some " || total == line.npos) return std::nullopt;
  if (!absl::SimpleAtoi(line.substr(total + kTotal.size()), &us)) return std::nullopt;
  return us;
}

HostTimes ReadHostTimes() {
  return {ParseStolenUs(FirstBytes("/proc/stat"), sysconf(_SC_CLK_TCK)),
          ParsePressureUs(FirstBytes("/proc/pressure/cpu"))};
}

v1::Timing JudgeTiming(const TimingEvidence& evidence) {
  v1::Timing timing;
  timing.set_trust(v1::Timing::TRUST_HIGH);
  if (evidence.stolen_us) timing.set_stolen_us(*evidence.stolen_us);
  if (evidence.throttled_us) timing.set_throttled_us(*evidence.throttled_us);
  if (evidence.pressure_us) timing.set_pressure_us(*evidence.pressure_us);
  for (const Doubt& doubt : kDoubts) {
    const Figure figure = doubt.figure(evidence);
    if (!figure || *figure < doubt.least || *figure * 1000 <= doubt.base(evidence) * doubt.per_mille)
      continue;
    timing.set_trust(v1::Timing::TRUST_LOW);
    absl::StrAppend(timing.mutable_reason(), timing.reason().empty() ? "" : "; ", doubt.say(*figure));
  }
  return timing;
}

}  // namespace jail::watch
