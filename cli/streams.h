#pragma once

#include <istream>
#include <ostream>

namespace spanwire::cli {

// Where a command reads and writes. Borrowed: main() or a test owns them.
struct Streams {
  std::istream& in;
  std::ostream& out;  // the answer, and nothing else
  std::ostream& err;  // messages
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int out_descriptor = -1;  // what `out` writes to, where it is a descriptor
};

}  // namespace spanwire::cli
