#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "absl/base/macros.h"
#include "cli/printable.h"

namespace spanwire::cli {
namespace {

constexpr size_t kGap = 2;
// One overlong value must not push everything that follows off the screen.
constexpr size_t kMaxLiveWidth = 40;

// The last column is not padded, so that no line ends in spaces.
void PrintRow(std::ostream& out, const std::vector<Cell>& row, const std::vector<size_t>& widths, bool color) {
  for (size_t i = 0; i < row.size(); ++i) {
    out << Styled(row[i].text, row[i].style, color);
    if (i + 1 == row.size()) break;
    const size_t width = DisplayWidth(row[i].text);
    out << std::string(std::max(widths[i], width) - width + kGap, ' ');
  }
  out << '\n';
}

std::vector<Cell> Header(const std::vector<std::string>& columns) {
  return {columns.begin(), columns.end()};
}

void Widen(std::vector<size_t>& widths, const std::vector<Cell>& row) {
  for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
}

}  // namespace

std::string Styled(const std::string& text, Style style, bool color) {
  if (!color || style == Style::kPlain) return text;
  const char* code = style == Style::kGood ? "\x1b[32m" : style == Style::kWarning ? "\x1b[33m" : "\x1b[31m";
  return code + text + "\x1b[0m";
}

Cell::Cell(std::string cell_text, Style cell_style) : text(Printable(cell_text)), style(cell_style) {}

Table::Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void Table::Add(std::vector<Cell> row) {
  ABSL_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

void Table::Print(std::ostream& out, bool color) const {
  const std::vector<Cell> header = Header(columns_);
  std::vector<size_t> widths(columns_.size(), 0);
  Widen(widths, header);
  for (const std::vector<Cell>& row : rows_) Widen(widths, row);
  PrintRow(out, header, widths, false);
  for (const std::vector<Cell>& row : rows_) PrintRow(out, row, widths, color);
}

LiveTable::LiveTable(std::ostream& out, bool color, std::vector<std::pair<std::string, size_t>> columns)
    : out_(out), color_(color) {
  for (auto& [name, width] : columns) {
    columns_.push_back(name);
    widths_.push_back(width);
  }
}

void LiveTable::Print(const std::vector<Cell>& row) {
  ABSL_ASSERT(row.size() == columns_.size());
  Widen(widths_, row);
  for (size_t& width : widths_) width = std::min(width, kMaxLiveWidth);
  if (!std::exchange(header_printed_, true)) {
    Widen(widths_, Header(columns_));
    PrintRow(out_, Header(columns_), widths_, false);
  }
  PrintRow(out_, row, widths_, color_);
}

void Block::Add(std::string name, Cell value) {
  lines_.emplace_back(std::move(name), std::move(value));
}

void Block::Print(std::ostream& out, bool color) const {
  size_t width = 0;
  for (const auto& [name, value] : lines_) width = std::max(width, name.size());
  for (const auto& [name, value] : lines_) {
    out << name << ':' << std::string(width - name.size() + kGap, ' ') << Styled(value.text, value.style, color)
        << '\n';
  }
}

}  // namespace spanwire::cli
