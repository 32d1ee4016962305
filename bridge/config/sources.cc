#include "bridge/config/sources.h"

#include <utility>

namespace spanwire::config {

void Sources::Set(std::string_view key, std::string source) {
  sources_.insert_or_assign(std::string(key), std::move(source));
}

std::string Sources::Of(std::string_view key) const {
  const auto found = sources_.find(key);
  return found == sources_.end() ? std::string(key) : found->second;
}

}  // namespace spanwire::config
