#include "jail/serve/log.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "jail/serve/execute.h"
#include "jail/serve/json.h"
#include "jail/serve/routes.h"

namespace jail::serve {
namespace {

double MsOf(absl::Duration duration) {
  return static_cast<double>(absl::ToInt64Microseconds(duration)) / 1000;
}
double MsOfUs(int64_t us) { return static_cast<double>(us) / 1000; }

Json FlagsOf(const v1::ResultRecord& record, const RunFacts& facts) {
  Json flags = Json::array();
  for (const std::string& pattern : facts.patterns) flags.push_back(absl::StrCat("pattern:", pattern));
  const v1::PhaseResult* phase = LastPhase(record);
  if (phase != nullptr && phase->denied_calls() > 0) flags.push_back("denied_calls");
  if (phase != nullptr && phase->timing().trust() == v1::Timing::TRUST_LOW)
    flags.push_back("low_timing_trust");
  if (record.cleanup().state() == v1::Cleanup::STATE_INCOMPLETE) flags.push_back("unclean");
  return flags;
}

Json Beginning(const char* event, const Exchange& exchange) {
  return {{"time", TimeText(absl::Now())},
          {"event", event},
          {"request", exchange.id},
          {"tenant", exchange.caller.tenant},
          {"route", exchange.route == nullptr ? "other" : std::string(exchange.route->path)}};
}

}  // namespace

std::string RunLine(const Exchange& exchange, const v1::ResultRecord& record, const RunFacts& facts) {
  const v1::PhaseResult* phase = LastPhase(record);
  Json line = Beginning("run", exchange);
  line["kind"] = std::string(facts.kind);
  line["language"] = record.provenance().language();
  line["verdict"] = absl::AsciiStrToLower(absl::StripPrefix(v1::Verdict_Name(record.verdict()), "VERDICT_"));
  line["waitedMs"] = MsOf(facts.waited);
  line["setupMs"] = MsOfUs(record.timeline().setup_us());
  line["wallMs"] = ExecutionMs(record);
  line["totalMs"] = MsOf(facts.total);
  if (phase != nullptr) {
    line["cpuMs"] = MsOfUs(phase->usage().cpu_time_us());
    line["memoryBytes"] = phase->usage().memory_peak_bytes();
    line["start"] =
        absl::AsciiStrToLower(absl::StripPrefix(v1::PhaseResult::Start_Name(phase->start()), "START_"));
  }
  line["flags"] = FlagsOf(record, facts);
  return Text(line);
}

std::string RefusedLine(const Exchange& exchange, int status) {
  Json line = Beginning("refused", exchange);
  line["status"] = status;
  line["address"] = exchange.head.peer.address;
  return Text(line);
}

}  // namespace jail::serve
