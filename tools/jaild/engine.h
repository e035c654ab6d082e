// The layers below as the service wants them.
#ifndef TOOLS_JAILD_ENGINE_H_
#define TOOLS_JAILD_ENGINE_H_

#include "jail/jail.h"
#include "jail/serve/engine.h"

namespace jail::daemon {

// `jail` must outlive it.
serve::Engine MakeEngine(const Jail& jail);

}  // namespace jail::daemon

#endif  // TOOLS_JAILD_ENGINE_H_
