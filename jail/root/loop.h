// A block device for an image's file, where the kernel mounts no files (before 6.12).
#ifndef JAIL_ROOT_LOOP_H_
#define JAIL_ROOT_LOOP_H_

namespace jail::root {

// As MountImage, by a loop device that is read-only and that the kernel takes back with its last user: the
// mount, or whoever has it open. So nothing stays, whoever is killed at whatever moment.
int MountThroughLoop(int file, int* mount);

}  // namespace jail::root

#endif  // JAIL_ROOT_LOOP_H_
