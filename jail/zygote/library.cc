#include "jail/zygote/library.h"

// JAIL_ZYGOTE_LIBRARY: its path. Empty where a build has none: a zygote then never gets as far as fork().
asm(".section .rodata.jail_zygote, \"a\"\n"
    "jail_zygote_library:\n"
    ".incbin \"" JAIL_ZYGOTE_LIBRARY
    "\"\n"
    "jail_zygote_library_end:\n"
    ".previous\n");

extern "C" const char jail_zygote_library[], jail_zygote_library_end[];

namespace jail::zygote {

const char* const kLibrary = jail_zygote_library;
const size_t kLibrarySize = static_cast<size_t>(jail_zygote_library_end - jail_zygote_library);

}  // namespace jail::zygote
