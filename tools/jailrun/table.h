// Laying text out: columns, each as wide as its widest cell, and wrapped lines. What is given is
// expected to be Visible() already.
#ifndef TOOLS_JAILRUN_TABLE_H_
#define TOOLS_JAILRUN_TABLE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace jail::cli {

class Table {
 public:
  // Each line begins with `indent` spaces.
  explicit Table(int indent) : indent_(indent) {}

  void Row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  // No blanks at the ends of lines.
  std::string Text() const;

 private:
  int indent_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` in lines of at most 100 columns, each but the first behind `indent` spaces.
std::string Wrap(absl::string_view text, size_t indent);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_TABLE_H_
