#include "jail/launcher_path.h"

namespace jail {

const char* const kLauncherPath = JAIL_LAUNCHER_PATH;

}  // namespace jail
