// Where the privileged helper lies: compiled in, never taken from the environment or a search path.
// A translation unit of its own, so that the binary of the build tree and the installed one differ in
// it alone and `make install` compiles next to nothing. LoadSite() in jail.cc is its only reader.
#ifndef JAIL_LAUNCHER_PATH_H_
#define JAIL_LAUNCHER_PATH_H_

namespace jail {

extern const char* const kLauncherPath;  // Absolute.

}  // namespace jail

#endif  // JAIL_LAUNCHER_PATH_H_
