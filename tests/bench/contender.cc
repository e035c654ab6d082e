#include "tests/bench/contender.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace bench {
namespace {

constexpr size_t kWordsBeforeCommand = 5;

bool ParseLine(const std::string& line, Contender* contender) {
  const std::vector<std::string> words = absl::StrSplit(line, '\t');
  if (words.size() <= kWordsBeforeCommand) return false;
  contender->program = words[0];
  contender->name = words[1];
  for (const absl::string_view count : absl::StrSplit(words[2], ',')) {
    int at_once = 0;
    if (!absl::SimpleAtoi(count, &at_once) || at_once < 1) return false;
    contender->at_once.push_back(at_once);
  }
  if (words[3] != "-") contender->start.opened = words[3];
  if (!absl::SimpleAtoi(words[4], &contender->start.server)) return false;
  contender->start.command.assign(words.begin() + kWordsBeforeCommand, words.end());
  return true;
}

}  // namespace

std::vector<Contender> ReadContenders(const std::string& path) {
  std::vector<Contender> contenders;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (ParseLine(line, &contenders.emplace_back())) continue;
    std::fprintf(stderr, "jail_bench: %s: not a contender: %s\n", path.c_str(), line.c_str());
    return {};
  }
  if (contenders.empty()) std::fprintf(stderr, "jail_bench: %s: no contenders\n", path.c_str());
  return contenders;
}

}  // namespace bench
