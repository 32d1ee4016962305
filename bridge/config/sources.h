#pragma once

#include <map>
#include <string>
#include <string_view>

namespace spanwire::config {

// Where each setting has its value from, so that an error found later still names what somebody wrote.
class Sources {
 public:
  // Remembers who gave `key` its value: a flag, a variable, or `path:line: key`. The last one counts.
  void Set(std::string_view key, std::string source);
  // Whether somebody gave it one, so that it has no default.
  bool Has(std::string_view key) const { return sources_.contains(key); }
  // `--http-listen`, `SPANWIRE_HTTP_LISTEN`, `spanwire.toml:3: http_listen`, or the key itself where nobody gave it.
  std::string Of(std::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> sources_;  // by key
};

}  // namespace spanwire::config
