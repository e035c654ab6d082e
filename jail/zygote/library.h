// The library of zygote.cc, as the helper carries it: linked, the bytes of its file.
#ifndef JAIL_ZYGOTE_LIBRARY_H_
#define JAIL_ZYGOTE_LIBRARY_H_

#include <cstddef>

namespace jail::zygote {

extern const char* const kLibrary;
extern const size_t kLibrarySize;

}  // namespace jail::zygote

#endif  // JAIL_ZYGOTE_LIBRARY_H_
