#include "jail/watch/program_file.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/base/utf8.h"

namespace jail::watch {
namespace {

constexpr size_t kMostHeaders = 64;
constexpr size_t kMostNoteBytes = 4096;

// Exactly that many bytes, or none.
std::string ReadAt(int fd, size_t bytes, uint64_t offset) {
  std::string text(bytes, '\0');
  const ssize_t got = pread(fd, text.data(), bytes, static_cast<off_t>(offset));
  return got == static_cast<ssize_t>(bytes) ? text : std::string();
}

// By memcpy: a string's bytes are not aligned for it. False when there are too few.
template <typename T>
bool Take(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(T)) return false;
  memcpy(value, bytes->data(), sizeof(T));
  bytes->remove_prefix(sizeof(T));
  return true;
}

std::vector<Elf64_Phdr> ReadHeaders(int fd) {
  const std::string start = ReadAt(fd, sizeof(Elf64_Ehdr), 0);
  absl::string_view bytes = start;
  Elf64_Ehdr elf;
  if (!Take(&bytes, &elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phnum > kMostHeaders) return {};
  if (elf.e_phentsize != sizeof(Elf64_Phdr)) return {};
  const std::string table = ReadAt(fd, elf.e_phnum * sizeof(Elf64_Phdr), elf.e_phoff);
  std::vector<Elf64_Phdr> headers;
  bytes = table;
  for (Elf64_Phdr header; Take(&bytes, &header);) headers.push_back(header);
  return headers;
}

// Notes are a header, a name and a content, the last two padded to four bytes.
std::string FindBuildId(absl::string_view notes) {
  const auto take = [&notes](size_t size) {
    const absl::string_view part = notes.substr(0, size);
    notes.remove_prefix(std::min(notes.size(), (size + 3) / 4 * 4));
    return part;
  };
  for (Elf64_Nhdr note; Take(&notes, &note);) {
    const absl::string_view name = take(note.n_namesz);
    const absl::string_view content = take(note.n_descsz);
    const bool gnu = name == absl::string_view(ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
    if (gnu && note.n_type == NT_GNU_BUILD_ID) return std::string(content);
  }
  return {};
}

std::string ReadBuildId(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return {};
  for (const Elf64_Phdr& header : ReadHeaders(file.get())) {
    if (header.p_type != PT_NOTE || header.p_filesz > kMostNoteBytes) continue;
    std::string id = FindBuildId(ReadAt(file.get(), header.p_filesz, header.p_offset));
    if (!id.empty()) return id;
  }
  return {};
}

}  // namespace

ProgramFile IdentifyProgram(const std::string& path) {
  char real[PATH_MAX];
  if (realpath(path.c_str(), real) == nullptr) return {};
  return {ToUtf8(real), ReadBuildId(real)};
}

}  // namespace jail::watch
