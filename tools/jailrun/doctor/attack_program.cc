#include "tools/jailrun/doctor/attack_program.h"

#include <cstddef>

// The assembler reads the file itself: a table of numbers would take the compiler seconds.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl jail_attack_begin\n"
    ".globl jail_attack_end\n"
    "jail_attack_begin:\n"
    ".incbin \"" JAIL_ATTACK_FILE
    "\"\n"
    "jail_attack_end:\n"
    ".popsection\n");

extern "C" const char jail_attack_begin[];
extern "C" const char jail_attack_end[];

namespace jail::cli {

absl::string_view AttackProgram() {
  return {jail_attack_begin, static_cast<size_t>(jail_attack_end - jail_attack_begin)};
}

}  // namespace jail::cli
