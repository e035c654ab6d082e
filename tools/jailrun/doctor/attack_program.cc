#include "tools/jailrun/doctor/attack_program.h"

#include <cstddef>

// The assembler reads the file itself: a table of numbers would take the compiler seconds.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl kJailAttackBegin\n"
    ".globl kJailAttackEnd\n"
    "kJailAttackBegin:\n"
    ".incbin \"" JAIL_ATTACK_FILE
    "\"\n"
    "kJailAttackEnd:\n"
    ".popsection\n");

extern "C" const char kJailAttackBegin[];
extern "C" const char kJailAttackEnd[];

namespace jail::cli {

absl::string_view AttackProgram() {
  return {kJailAttackBegin, static_cast<size_t>(kJailAttackEnd - kJailAttackBegin)};
}

}  // namespace jail::cli
