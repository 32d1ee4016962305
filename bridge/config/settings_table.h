#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/config/config.h"
#include "bridge/config/setting_value.h"

namespace spanwire::config {

// One setting: a key in the file, a flag, an environment variable, and how its text becomes a value.
struct Setting {
  std::string_view key;    // in the file, such as "limits.max_connections"
  std::string_view help;   // one line for --help, with the default
  bool is_switch = false;  // as a flag it stands alone and means "true"
  bool is_list = false;    // may be given several times; in the file an array of strings
  bool is_path = false;    // in the file, relative to the file
  SettingValue value;

  // The key without `limits`: `--max-connections`, `--broker-memory-limit`.
  std::string flag() const;
  // `SPANWIRE_MAX_CONNECTIONS`. Lists are separated by commas.
  std::string variable() const;
};

// All settings but the [[topic]] policies, in the order of --help.
const std::vector<Setting>& Settings();

// The keys of settings in which the two differ, `auth.client_certificate` too; [[topic]] policies are not among them.
std::vector<std::string_view> Differences(const Config& a, const Config& b);

}  // namespace spanwire::config
