#pragma once

#include <array>
#include <streambuf>

namespace spanwire::cli {

// A file descriptor to write to that remembers why writing failed, so that a reader who left (`| head`) can be told
// from a full disk. Does not own the descriptor. Flush the stream on it before reading error().
class DescriptorOutput final : public std::streambuf {
 public:
  explicit DescriptorOutput(int descriptor);

  // errno of the first failed write; 0 where all went well. After a failure everything is thrown away.
  int error() const { return error_; }

 private:
  int_type overflow(int_type c) override;
  int sync() override;
  bool WriteBuffer();

  int descriptor_;
  int error_ = 0;
  std::array<char, 8192> buffer_;
};

}  // namespace spanwire::cli
