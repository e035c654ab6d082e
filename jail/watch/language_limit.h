// A language that stops a program for memory by itself, before the jail's limit: V8's heap, Python's
// MemoryError. What each says then is data, the memory_signs of its runtime.textproto.
//
// This is the program's own word: it could print the line and exit so without need, to its own harm
// only. So whatever was counted or killed from outside stands above it in the verdict's table.
#ifndef JAIL_WATCH_LANGUAGE_LIMIT_H_
#define JAIL_WATCH_LANGUAGE_LIMIT_H_

#include <string>

#include "jail/v1/runtime.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

// The sign that this phase gave; null when it gave none.
const v1::MemorySign* FindMemorySign(const PhaseFacts& facts);

// "AddressSanitizer: heap-buffer-overflow": what a checker that is built into the program said of it; empty
// when it said nothing. For a program that failed; its own word again, so it only ever adds to a sentence.
std::string FindReport(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_LANGUAGE_LIMIT_H_
