#pragma once

#include <string>

#include "absl/status/status.h"

namespace spanwire {

// What a program calls the settings below, for the sentences that name one.
struct SecurityNames {
  std::string tls = "tls";
  std::string ca = "ca";
  std::string cert = "cert";
  std::string key = "key";
  std::string token = "token";
  std::string token_file = "token_file";
};

// How a client of a bridge knows that it is the right one, and shows who it is itself. All files are PEM but the
// token's, and are read anew for each connection: a certificate or token that is replaced in time is never missed.
struct Security {
  // TLS, with the CAs that the system trusts. `ca` and `cert` imply it.
  bool tls = false;
  // The CAs to trust in place of the system's.
  std::string ca = {};
  // A client certificate (chain) and its private key, for a bridge that knows its clients by them. Both or none.
  std::string cert = {};
  std::string key = {};
  // A token, or a file with one and nothing else but white space around it. One of them.
  std::string token = {};
  std::string token_file = {};
  // A token goes over plain text to this machine alone (127.0.0.0/8, ::1, localhost, unix:), since whoever reads it on
  // the way may use it. True: to anywhere, but even then by no HTTP proxy of the environment (http_proxy).
  bool token_in_plain_text = false;

  SecurityNames names = {};
};

// Whether it can be used now to go to `target` ("host:port"), which nothing is sent to. INVALID_ARGUMENT with a
// sentence that names the setting and the file at fault, and holds nothing of a token or key. A Publisher goes on
// trying, since files may come and change: a program whose user waits for a word asks this when it starts.
absl::Status CheckSecurity(const Security& security, const std::string& target);

}  // namespace spanwire
