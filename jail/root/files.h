// The files that a plan brings with it, written where they belong.
#ifndef JAIL_ROOT_FILES_H_
#define JAIL_ROOT_FILES_H_

#include <cstdint>

#include "jail/plan/raw_report.h"
#include "jail/plan/view.h"

namespace jail::root {

// What they take of a tmpfs that holds nothing else. 0: there are none.
int64_t BytesOf(const plan::View& plan, plan::Place place);

// All of that place, new, beneath `dir`. The trace has the one that could not be written.
int WriteFiles(const plan::View& plan, plan::Place place, int dir, int mode, plan::Trace& trace);

}  // namespace jail::root

#endif  // JAIL_ROOT_FILES_H_
