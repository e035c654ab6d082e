// The symbolic name of an errno: 1 -> "EPERM". For records and messages, where a number tells a
// person nothing and strerror's words differ by locale. No heap, no locale, no state: the privileged
// helper uses it as well.
#ifndef JAIL_BASE_ERRNO_NAME_H_
#define JAIL_BASE_ERRNO_NAME_H_

namespace jail {

// "EPERM"; "0" is "OK"; "unknown errno" for numbers Linux does not use. Never null.
const char* ErrnoName(int error_number);

// The number of "EPERM"; -1 when there is no such name. Aliases (EWOULDBLOCK) are known too.
int ErrnoNumber(const char* name);

}  // namespace jail

#endif  // JAIL_BASE_ERRNO_NAME_H_
