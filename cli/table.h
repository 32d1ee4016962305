#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace spanwire::cli {

// How a cell stands out on a terminal with colours.
enum class Style { kPlain, kGood, kWarning, kBad };

// `text` in the colour of `style`, where `color`.
std::string Styled(const std::string& text, Style style, bool color);

// One cell. Its text may come from anybody: it is made Printable() here, so that no command can forget it.
struct Cell {
  // NOLINTBEGIN(google-explicit-constructor): a row is written as the texts that it shows.
  Cell(std::string cell_text, Style cell_style = Style::kPlain);
  Cell(const char* cell_text) : Cell(std::string(cell_text)) {}
  // NOLINTEND(google-explicit-constructor)

  std::string text;
  Style style;
};

// A table for people: one header row of capitals, columns aligned and two spaces apart.
class Table {
 public:
  explicit Table(std::vector<std::string> columns);

  // As many cells as there are columns.
  void Add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  void Print(std::ostream& out, bool color) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// A table whose rows are printed as they come: columns start as wide as given and grow with what they meet.
class LiveTable {
 public:
  // Each column's name and least width. Borrows `out`.
  LiveTable(std::ostream& out, bool color, std::vector<std::pair<std::string, size_t>> columns);

  // Prints a row, and the header before the first one. As many cells as there are columns.
  void Print(const std::vector<Cell>& row);

 private:
  std::ostream& out_;
  bool color_;
  std::vector<std::string> columns_;
  std::vector<size_t> widths_;
  bool header_printed_ = false;
};

// One thing, described: a name and a value per line, values aligned.
class Block {
 public:
  void Add(std::string name, Cell value);
  void Print(std::ostream& out, bool color) const;

 private:
  std::vector<std::pair<std::string, Cell>> lines_;
};

}  // namespace spanwire::cli
