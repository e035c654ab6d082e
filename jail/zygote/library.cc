#include "jail/zygote/library.h"

// JAIL_ZYGOTE_LIBRARY: the path of its file.
asm(".section .rodata.jail_zygote, \"a\"\n"
    "kZygoteLibraryBytes:\n"
    ".incbin \"" JAIL_ZYGOTE_LIBRARY
    "\"\n"
    "kZygoteLibraryEnd:\n"
    ".previous\n");

extern "C" const char kZygoteLibraryBytes[], kZygoteLibraryEnd[];

namespace jail::zygote {

const char* const kLibrary = kZygoteLibraryBytes;
const size_t kLibrarySize = static_cast<size_t>(kZygoteLibraryEnd - kZygoteLibraryBytes);

}  // namespace jail::zygote
