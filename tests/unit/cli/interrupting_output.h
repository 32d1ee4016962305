#pragma once

#include <csignal>
#include <sstream>
#include <string>
#include <utility>

namespace spanwire::cli {

// Output that presses Ctrl-C once it has shown some text: a real SIGINT to this process.
class InterruptingOutput final : public std::stringbuf {
 public:
  explicit InterruptingOutput(std::string text) : text_(std::move(text)) {}

  bool raised() const { return raised_; }

 private:
  int sync() override {
    if (!raised_ && str().find(text_) != std::string::npos) {
      raised_ = true;
      std::raise(SIGINT);
    }
    return 0;
  }

  std::string text_;
  bool raised_ = false;
};

}  // namespace spanwire::cli
