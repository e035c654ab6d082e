#include "jail/serve/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

using Counters = prometheus::Family<prometheus::Counter>;
using Boundaries = prometheus::Histogram::BucketBoundaries;

constexpr double kUsPerSecond = 1e6;
constexpr double kMebibyte = 1 << 20;

Boundaries Seconds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}
Boundaries Bytes() {
  Boundaries bounds;
  for (double mebibytes = 1; mebibytes <= 4096; mebibytes *= 2) bounds.push_back(mebibytes * kMebibyte);
  return bounds;
}

Counters& CountersOf(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
prometheus::Histogram& HistogramOf(prometheus::Registry& registry, const char* name, const char* help,
                                   const Boundaries& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}
prometheus::Gauge& GaugeOf(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

std::string Word(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Counters& runs = CountersOf(registry, "jaild_runs_total", "Runs by kind, language and verdict.");
  Counters& answers = CountersOf(registry, "jaild_http_requests_total", "Answers by route and status.");
  Counters& starts =
      CountersOf(registry, "jaild_starts_total", "Run phases by how far their jail had come before.");
  Counters& denied = CountersOf(registry, "jaild_denied_calls_total", "System calls that a policy refused.");
  Counters& unclean =
      CountersOf(registry, "jaild_cleanup_failures_total", "Runs that left something behind.");
  Counters& patterns =
      CountersOf(registry, "jaild_suspicious_total", "Sources with a pattern that is looked for.");
  prometheus::Gauge& waiting = GaugeOf(registry, "jaild_queue_depth", "Runs that wait.");
  prometheus::Gauge& running = GaugeOf(registry, "jaild_running", "Runs under way.");
  prometheus::Gauge& connections = GaugeOf(registry, "jaild_connections", "Open connections.");
  prometheus::Histogram& wait =
      HistogramOf(registry, "jaild_queue_wait_seconds", "How long runs waited.", Seconds());
  prometheus::Histogram& setup =
      HistogramOf(registry, "jaild_setup_seconds", "From a jail's start to exec, run phase.", Seconds());
  prometheus::Histogram& wall =
      HistogramOf(registry, "jaild_run_seconds", "Wall time of all phases.", Seconds());
  prometheus::Histogram& total =
      HistogramOf(registry, "jaild_total_seconds", "From a request to its answer.", Seconds());
  prometheus::Histogram& memory =
      HistogramOf(registry, "jaild_memory_peak_bytes", "Peak memory of the run phase.", Bytes());
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  families_->unclean.Add({});  // So that zero is there, too.
}
Metrics::~Metrics() = default;

void Metrics::NoteRun(const v1::ResultRecord& record, const RunFacts& facts) {
  Families& all = *families_;
  const std::string& language = record.provenance().language();
  all.runs
      .Add({{"kind", std::string(facts.kind)},
            {"language", language.empty() ? "none" : language},
            {"verdict", Word(v1::Verdict_Name(record.verdict()), "VERDICT_")}})
      .Increment();
  all.wait.Observe(absl::ToDoubleSeconds(facts.waited));
  all.total.Observe(absl::ToDoubleSeconds(facts.total));
  all.wall.Observe(ExecutionMs(record) / 1000);
  if (record.timeline().setup_us() > 0)
    all.setup.Observe(static_cast<double>(record.timeline().setup_us()) / kUsPerSecond);
  if (const v1::PhaseResult* phase = LastPhase(record)) {
    all.memory.Observe(static_cast<double>(phase->usage().memory_peak_bytes()));
    all.starts.Add({{"start", Word(v1::PhaseResult::Start_Name(phase->start()), "START_")}}).Increment();
    for (const v1::SyscallViolation& violation : phase->violations())
      all.denied.Add({{"syscall", violation.syscall()}}).Increment(static_cast<double>(violation.count()));
  }
  if (record.cleanup().state() == v1::Cleanup::STATE_INCOMPLETE) all.unclean.Add({}).Increment();
  for (const std::string& pattern : facts.patterns) all.patterns.Add({{"pattern", pattern}}).Increment();
}

void Metrics::NoteAnswer(absl::string_view route, int status) {
  families_->answers.Add({{"route", std::string(route)}, {"status", absl::StrCat(status)}}).Increment();
}

void Metrics::SetLoad(int waiting, int running, int connections) {
  families_->waiting.Set(waiting);
  families_->running.Set(running);
  families_->connections.Set(connections);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace jail::serve
