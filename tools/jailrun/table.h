// Columns of text, each as wide as its widest cell. Cells are expected to be Visible() already.
#ifndef TOOLS_JAILRUN_TABLE_H_
#define TOOLS_JAILRUN_TABLE_H_

#include <string>
#include <utility>
#include <vector>

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

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_TABLE_H_
