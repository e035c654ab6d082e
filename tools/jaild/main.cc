// jaild: the HTTP service. Reads its configuration, opens the jail and a pool, serves until a signal comes.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "jail/base/status_macros.h"
#include "jail/jail.h"
#include "jail/pool/pool.h"
#include "jail/serve/config.h"
#include "jail/serve/service.h"
#include "tools/jaild/engine.h"
#include "tools/jaild/flags.h"
#include "tools/jaild/http/server.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/process.h"
#include "tools/jailrun/say.h"

namespace jail::daemon {
namespace {

constexpr int32_t kOneCore = 1000;

absl::StatusOr<v1::ServeConfig> ReadConfig(const Flags& flags) {
  return flags.config.empty() ? serve::LoadConfig(serve::kConfigFile, /*may_be_absent=*/true)
                              : serve::LoadConfig(flags.config, /*may_be_absent=*/false);
}

// Whoever can reach it may run programs here: without tokens that is to be said.
absl::Status CheckReach(const Flags& flags, const v1::ServeConfig& config) {
  if (!config.tokens().empty() || config.anonymous()) return absl::OkStatus();
  for (const http::Place& place : flags.places) {
    if (!place.here())
      return absl::InvalidArgumentError(absl::StrCat("--listen ", place.address,
                                                     ": others could run programs here; give tokens, or say "
                                                     "`anonymous: true`, in the configuration"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Jail>> OpenJail(const Flags& flags, const v1::ServeConfig& config) {
  if (flags.rootless && geteuid() == 0)
    return absl::InvalidArgumentError("--rootless is not for root: programs would be the host's root");
  JAIL_ASSIGN_OR_RETURN(Site site, LoadSite());
  site.rootless = site.rootless || flags.rootless;
  site.cache_folder = flags.cache_folder;
  if (!flags.cold && config.pool_ready() > 0) {
    pool::Options options;
    options.launcher_path = site.launcher_path;
    options.ready_per_shape = config.pool_ready();
    options.zygotes = !flags.no_zygotes;
    JAIL_ASSIGN_OR_RETURN(site.parking, pool::Pool::Open(std::move(options)));
  }
  return Jail::Open(std::move(site));
}

// One core each, so that nobody has the machine for himself; where the host can enforce it.
void LimitRate(const Jail& jail, v1::ServeConfig* config) {
  const v1::ResultRecord probe = jail.Probe();
  const bool can = std::any_of(probe.isolation().layers().begin(), probe.isolation().layers().end(),
                               [](const v1::Isolation::Layer& layer) {
                                 return layer.protection() == v1::PROTECTION_CPU_CGROUP &&
                                        layer.state() == v1::Isolation::STATE_ENFORCED;
                               });
  if (!can) return;
  for (v1::Limits* limits : {config->mutable_limits(), config->mutable_compile_limits()}) {
    if (!limits->has_cpu_millicores()) limits->set_cpu_millicores(kOneCore);
  }
}

absl::Status Serve(const Flags& flags) {
  JAIL_ASSIGN_OR_RETURN(v1::ServeConfig config, ReadConfig(flags));
  JAIL_RETURN_IF_ERROR(CheckReach(flags, config));
  JAIL_ASSIGN_OR_RETURN(const cli::CancelSignals stop, cli::CancelSignals::Block());
  JAIL_ASSIGN_OR_RETURN(const std::unique_ptr<Jail> jail, OpenJail(flags, config));
  LimitRate(*jail, &config);
  serve::Service service(MakeEngine(*jail), std::move(config));
  service.languages().Begin();
  // Each of its requests chooses by version: to wait for them later would hold up whoever else is served.
  if (absl::c_linear_search(service.config().dialects(), v1::DIALECT_PISTON)) {
    JAIL_RETURN_IF_ERROR(service.languages().Await().status());
  }
  JAIL_ASSIGN_OR_RETURN(const std::unique_ptr<http::Server> server,
                        http::Server::Open(&service, flags.places));
  service.LogStart(server->Listening());
  server->Serve(stop.fd());
  service.EndRuns();  // Before the server goes, to which they answer.
  service.LogEnd();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  cli::MakeProcessSane();
  google::protobuf::SetLogHandler(nullptr);
  const char* port = getenv("PORT");
  const absl::StatusOr<Flags> flags = ParseFlags(argc, argv, port == nullptr ? "" : port);
  if (!flags.ok()) return cli::Fail(flags.status(), cli::kExitUsage);
  if (!flags->text.empty()) return cli::Show(flags->text);
  const absl::Status served = Serve(*flags);
  if (served.ok()) return cli::kExitOk;
  return cli::Fail(served, absl::IsInvalidArgument(served) ? cli::kExitUsage : cli::kExitJail);
}

}  // namespace
}  // namespace jail::daemon

int main(int argc, char** argv) { return jail::daemon::Main(argc, argv); }
