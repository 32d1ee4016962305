#include "spanwire/security_options.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace spanwire {
namespace {

constexpr SecurityOption Text(const char* flag, const char* variable, const char* type, const char* help,
                              std::string Security::*text, std::string SecurityNames::*name) {
  return {flag, variable, type, help, text, name, nullptr};
}

constexpr SecurityOption Switch(const char* flag, const char* help, bool Security::*on) {
  return {flag, nullptr, nullptr, help, nullptr, nullptr, on};
}

constexpr SecurityOption kOptions[] = {
    Text("--token", "SPANWIRE_TOKEN", "TOKEN", "The token itself, which others may see: better a file",
         &Security::token, &SecurityNames::token),
    Text("--token-file", "SPANWIRE_TOKEN_FILE", "FILE", "File with the token that lets it in", &Security::token_file,
         &SecurityNames::token_file),
    Text("--ca", "SPANWIRE_CA", "FILE", "TLS, trusting the CAs of this PEM file", &Security::ca, &SecurityNames::ca),
    Text("--cert", "SPANWIRE_CERT", "FILE", "TLS, showing this client certificate (PEM)", &Security::cert,
         &SecurityNames::cert),
    Text("--key", "SPANWIRE_KEY", "FILE", "The private key of --cert (PEM)", &Security::key, &SecurityNames::key),
    Switch("--tls", "TLS, trusting the CAs of this machine", &Security::tls),
    Switch("--insecure", "Send the token to another machine without TLS", &Security::token_in_plain_text),
};

bool IsOfToken(const SecurityOption& option) {
  return option.text == &Security::token || option.text == &Security::token_file;
}

// What a variable holds; null where it is not set, or empty.
const char* FromEnvironment(const char* variable) {
  const char* text = variable == nullptr ? nullptr : std::getenv(variable);
  return text == nullptr || *text == '\0' ? nullptr : text;
}

// The option that an argument is, and the value that it holds behind a '='.
const SecurityOption* Find(std::string_view argument, std::optional<std::string>& value) {
  const size_t equals = argument.find('=');
  const std::string_view flag = argument.substr(0, equals);
  const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions),
                                   [flag](const SecurityOption& option) { return flag == option.flag; });
  if (found == std::end(kOptions)) return nullptr;
  if (equals != std::string_view::npos) value = std::string(argument.substr(equals + 1));
  return found;
}

}  // namespace

std::span<const SecurityOption> SecurityOptions() {
  return kOptions;
}

void CompleteSecurity(Security& security) {
  security.names.tls = "--tls";
  for (const SecurityOption& option : kOptions) {
    if (option.text == nullptr) continue;
    std::string& text = security.*option.text;
    security.names.*option.name = option.flag;
    const bool given = IsOfToken(option) ? !security.token.empty() || !security.token_file.empty() : !text.empty();
    const char* found = FromEnvironment(option.variable);
    if (found == nullptr) continue;
    if (!given) text = found;
    // A parser of options may have looked there too.
    if (text == found) security.names.*option.name = option.variable;
  }
}

absl::StatusOr<Security> TakeSecurityOptions(int& argc, char** argv) {
  Security security;
  int left = std::min(argc, 1);
  for (int i = left; i < argc; ++i) {
    std::optional<std::string> value;
    const SecurityOption* option = Find(argv[i], value);
    if (option == nullptr) {
      argv[left++] = argv[i];
    } else if (option->on != nullptr) {
      if (value) return absl::InvalidArgumentError(absl::StrCat(option->flag, " takes no value"));
      security.*option->on = true;
    } else if (value || i + 1 < argc) {
      security.*option->text = value ? *value : argv[++i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat(option->flag, " needs a ", option->type));
    }
  }
  argc = left;
  argv[argc] = nullptr;
  CompleteSecurity(security);
  return security;
}

}  // namespace spanwire
