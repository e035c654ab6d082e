// Fault injection for the tests' own build of the helper (jail-launch-faulty). In the installed one
// ReadFault and InjectFault are empty.
#ifndef JAIL_LAUNCH_FAULT_H_
#define JAIL_LAUNCH_FAULT_H_

namespace jail::launch {

// argv[1] "--fault=STEP:eio" or "--fault=STEP:kill".
void ReadFault(int argc, char** argv);

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_FAULT_H_
