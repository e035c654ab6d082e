// jail-launch: the privileged helper. Started by the watcher with a sealed plan on fd 3 and a control
// socket on fd 4; runs one jail, fills in one report and exits. Nothing it prints, no file it leaves.
// `jail-launch --serve` does the same again and again, each time in a process of its own (serve.h).
// `jail-launch --sweep` only clears what killed runs have left, and says on fd 4 what that was.
#include <unistd.h>

#include <cstring>

#include "jail/cgroup/lease.h"
#include "jail/helper/serve.h"
#include "jail/launch/context.h"
#include "jail/launch/entry.h"
#include "jail/launch/step.h"
#include "jail/plan/layout.h"

namespace jail::launch {
namespace {

constexpr int kExitFailed = 1;

int Run(Context& context) {
  if (InjectFault(StepId::kMakeReport) != 0 || MakeReport(context) != 0) {
    return plan::kExitNoReport + static_cast<int>(StepId::kMakeReport);
  }
  RunHostSteps(context);
  RunTeardownSteps(context);
  context.report->finished = 1;
  SendByte(plan::kControlFd,
           static_cast<uint8_t>(plan::Message::kDone));  // A caller that is gone has missed nothing.
  return context.report->host.error == 0 ? 0 : kExitFailed;
}

int SweepOnly(Context& context) {
  plan::Swept swept = {};
  cgroup::SweepHost(context.privileged, &swept);
  const int told = WriteWhole(plan::kControlFd, reinterpret_cast<const char*>(&swept), sizeof swept);
  return swept.error == 0 && told == 0 ? 0 : kExitFailed;
}

int Main(int argc, char** argv) {
  static Context context;
  context.birth = &kCloned;
  if (InjectFault(StepId::kSanitize) != 0 || Sanitize(context, argc) != 0) {
    return plan::kExitNoReport + static_cast<int>(StepId::kSanitize);
  }
  if (argc == 2 && std::strcmp(argv[1], "--sweep") == 0) return SweepOnly(context);
  if (argc == 2 && std::strcmp(argv[1], "--serve") == 0) return helper::Serve(context, Run);
  return Run(context);
}

}  // namespace
}  // namespace jail::launch

int main(int argc, char** argv) {
  jail::launch::ReadFault(argc, argv);
  return jail::launch::Main(argc, argv);
}
