// Which interpreter or compiler it was, exactly, without running it: where the links lead, and the GNU
// build id in its notes, which no two builds share. 20 us.
#ifndef JAIL_WATCH_PROGRAM_FILE_H_
#define JAIL_WATCH_PROGRAM_FILE_H_

#include <string>

namespace jail::watch {

struct ProgramFile {
  std::string path;      // "/usr/bin/python3.11"; empty: there is no such file.
  std::string build_id;  // 20 bytes as a rule; empty: no ELF file, or built without one.
};

ProgramFile IdentifyProgram(const std::string& path);

}  // namespace jail::watch

#endif  // JAIL_WATCH_PROGRAM_FILE_H_
