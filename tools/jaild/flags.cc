#include "tools/jaild/flags.h"

#include <sstream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/serve/config.h"

namespace jail::daemon {
namespace {

constexpr char kUsualPort[] = "4000";

}  // namespace

absl::StatusOr<Flags> ParseFlags(int argc, const char* const* argv, const std::string& port) {
  Flags flags;
  std::vector<std::string> listen;
  bool version = false;
  CLI::App app(
      "jaild: runs programs that come over HTTP, each in a jail. See README.md, \"The HTTP service\".",
      "jaild");
  app.add_option(
      "--listen", listen,
      "127.0.0.1:4000 (the usual one, or $PORT), [::1]:4000, unix:/run/jaild.sock; may be repeated");
  app.add_option("--config", flags.config,
                 absl::StrCat("Tokens, tenants and limits, see serve.proto (", serve::kConfigFile, ")"));
  app.add_option("--cache", flags.cache_folder, "Keep in this folder what compilers make");
  app.add_flag("--rootless", flags.rootless, "Use no privilege");
  app.add_flag("--cold", flags.cold, "Keep no jails ready");
  app.add_flag("--no-zygotes", flags.no_zygotes, "Start each runtime in its own jail, and fork none into it");
  app.add_flag("--version", version, "The version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    flags.text = app.help();
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StripSuffix(error.what(), "\n"));
  }
  if (version) flags.text = absl::StrCat("jaild ", JAIL_VERSION, "\n");
  if (listen.empty()) listen.push_back(port.empty() ? kUsualPort : port);
  for (const std::string& text : listen) {
    JAIL_ASSIGN_OR_RETURN(http::Place place, http::ParsePlace(text));
    flags.places.push_back(std::move(place));
  }
  return flags;
}

}  // namespace jail::daemon
