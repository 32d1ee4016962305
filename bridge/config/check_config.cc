#include "bridge/config/check_config.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "bridge/config/settings_table.h"
#include "bridge/config/value_text.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

absl::Status Fault(const Config& config, std::string_view key, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", config.sources.Of(key), sentence));
}

// What asks for authentication although there is no key; best what was to be one, and is empty. Somebody who says
// anything of it, if by a variable of a shell that is not set, does not want everybody let in.
std::string_view KeyThatWantsAuth(const Config& config) {
  for (const std::string_view key : {"auth.hs256_secret_file", "auth.hs384_secret_file", "auth.hs512_secret_file",
                                     "auth.public_key_files", "auth.jwks_file"}) {
    if (config.sources.Has(key)) return key;
  }
  if (config.auth.wanted) return "auth";
  for (const Setting& setting : Settings()) {
    if (setting.key.starts_with("auth.") && config.sources.Has(setting.key)) return setting.key;
  }
  if (!config.auth.issuer.empty()) return "auth.issuer";
  return config.auth.audiences.empty() ? "" : "auth.audiences";
}

absl::Status CheckAuth(const Config& config) {
  for (const std::string& path : config.auth.public_key_files) {
    if (path.empty()) return Fault(config, "auth.public_key_files", "expected the name of a file, got \"\"");
  }
  if (config.auth.enabled()) return absl::OkStatus();
  const std::string_view key = KeyThatWantsAuth(config);
  if (key.empty()) return absl::OkStatus();
  return Fault(config, key,
               "no key to check tokens with: give hs256_secret_file (or hs384, hs512), public_key_files or jwks_file "
               "the name of a file, not an empty one as of an unset variable, or say nothing of auth at all");
}

absl::Status CheckTls(const Config& config) {
  const TlsSettings& tls = config.tls;
  if (tls.cert_file.empty() && !tls.key_file.empty()) {
    return Fault(config, "tls.key_file", "a key without its certificate: give tls.cert_file too, or neither");
  }
  if (tls.key_file.empty() && !tls.cert_file.empty()) {
    return Fault(config, "tls.cert_file", "a certificate without its key: give tls.key_file too, or neither");
  }
  if (!tls.enabled() && tls.asks_clients()) {
    return Fault(config, "tls.client_ca_file",
                 "clients show certificates only over TLS: give tls.cert_file and tls.key_file too");
  }
  if (tls.asks_clients()) return absl::OkStatus();
  constexpr std::string_view kNothingToCheckBy = "give tls.client_ca_file to check certificates by";
  if (tls.http_client_auth != "none") return Fault(config, "tls.http_client_auth", kNothingToCheckBy);
  if (tls.grpc_client_auth == "required") return Fault(config, "tls.grpc_client_auth", kNothingToCheckBy);
  return absl::OkStatus();
}

// Otherwise whoever counts on being known by a certificate learns only from refusals that nobody looks at it.
absl::Status CheckClientCertificates(const Config& config) {
  const TlsSettings& tls = config.tls;
  if (config.auth.client_certificates.empty()) return absl::OkStatus();
  std::set<std::string_view> names;
  for (const ClientCertificate& certificate : config.auth.client_certificates) {
    if (names.insert(certificate.name).second) continue;
    return Fault(config, "auth.client_certificate",
                 fmt::format("the name \"{}\" is given twice: say in one place what it may do", certificate.name));
  }
  if (tls.enabled() && tls.grpc && tls.asks_clients() && tls.grpc_client_auth != "none") return absl::OkStatus();
  return Fault(config, "auth.client_certificate",
               "nobody is asked for a certificate on the gRPC port: give tls.cert_file, tls.key_file and "
               "tls.client_ca_file");
}

absl::Status CheckAddress(const Config& config, std::string_view key, const std::string& text) {
  const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
  if (!address.ok()) return Fault(config, key, model::ToStd(address.status().message()));
  if (address->loopback || config.insecure || config.auth.enabled()) return absl::OkStatus();
  return Fault(config, key,
               fmt::format("{} is not a loopback address and nobody would be authenticated: listen on 127.0.0.1, or "
                           "say --insecure where everybody who can reach it may read and publish everything, or set "
                           "up [auth]",
                           text));
}

absl::Status CheckAddresses(const Config& config) {
  if (absl::Status status = CheckAddress(config, "http_listen", config.http_listen); !status.ok()) return status;
  if (absl::Status status = CheckAddress(config, "grpc_listen", config.grpc_listen); !status.ok()) return status;
  return config.ops_listen.empty() ? absl::OkStatus() : CheckAddress(config, "ops_listen", config.ops_listen);
}

// So that one event never closes a client. Where only the event's size was given, that is what to mend.
absl::Status CheckQueue(const Config& config) {
  constexpr std::string_view kQueue = "limits.outbound_queue";
  constexpr std::string_view kEvent = "limits.event_size";
  const Limits& limits = config.limits;
  if (limits.outbound_queue_bytes / 2 >= limits.event_bytes) return absl::OkStatus();
  if (config.sources.Has(kEvent) && !config.sources.Has(kQueue)) {
    return Fault(config, kEvent,
                 fmt::format("at most half of {}, which is {} bytes, so that one event never closes a client: "
                             "raise that too",
                             kQueue, limits.outbound_queue_bytes));
  }
  return Fault(config, kQueue,
               fmt::format("at least twice {}, which is {} bytes, so that one event never closes a client", kEvent,
                           limits.event_bytes));
}

// So that every event that may be published fits into a message, whatever stands around its data there.
absl::Status CheckPublishMessage(const Config& config) {
  constexpr std::string_view kMessage = "limits.publish_message";
  constexpr std::string_view kEvent = "limits.event_size";
  // What every publisher may count on, since it is gRPC's own default; and twice the most must fit an int.
  constexpr size_t kLeast = 4 * 1024 * 1024;
  constexpr size_t kMost = 512 * 1024 * 1024;
  constexpr size_t kAroundEvent = 1024;
  const Limits& limits = config.limits;
  if (limits.publish_message_bytes < kLeast || limits.publish_message_bytes > kMost) {
    return Fault(config, kMessage, "4MiB to 512MiB");
  }
  if (limits.publish_message_bytes - kAroundEvent >= limits.event_bytes) return absl::OkStatus();
  if (config.sources.Has(kEvent) && !config.sources.Has(kMessage)) {
    return Fault(config, kEvent,
                 fmt::format("at least 1KiB less than {}, which is {} bytes, so that every event fits into a message: "
                             "raise that too",
                             kMessage, limits.publish_message_bytes));
  }
  return Fault(config, kMessage,
               fmt::format("at least 1KiB more than {}, which is {} bytes, so that every event fits into a message",
                           kEvent, limits.event_bytes));
}

// So that every poll can be answered. Where only the answer's size was given, that is what to mend.
absl::Status CheckPollAnswer(const Config& config) {
  constexpr std::string_view kTotal = "limits.outbound_total";
  constexpr std::string_view kAnswer = "limits.poll_answer";
  const Limits& limits = config.limits;
  if (limits.outbound_total_bytes >= limits.poll_bytes) return absl::OkStatus();
  if (config.sources.Has(kAnswer) && !config.sources.Has(kTotal)) {
    return Fault(config, kAnswer,
                 fmt::format("at most {}, which is {} bytes, so that every poll can be answered: raise that too",
                             kTotal, limits.outbound_total_bytes));
  }
  return Fault(
      config, kTotal,
      fmt::format("at least {}, which is {} bytes, so that every poll can be answered", kAnswer, limits.poll_bytes));
}

absl::Status CheckLimits(const Config& config) {
  const Limits& limits = config.limits;
  if (limits.event_bytes < 1024) return Fault(config, "limits.event_size", "at least 1KiB");
  if (limits.request_head_bytes < 1024) return Fault(config, "limits.request_head", "at least 1KiB");
  if (limits.client_message_bytes < 128) return Fault(config, "limits.client_message", "at least 128");
  if (limits.client_message_bytes > UINT32_MAX) return Fault(config, "limits.client_message", "at most 4GiB");
  if (absl::Status status = CheckPublishMessage(config); !status.ok()) return status;
  if (absl::Status status = CheckQueue(config); !status.ok()) return status;
  return CheckPollAnswer(config);
}

}  // namespace

absl::Status CheckConfig(const Config& config) {
  for (const auto check : {CheckAuth, CheckTls, CheckClientCertificates, CheckAddresses, CheckLimits}) {
    if (absl::Status status = check(config); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace spanwire::config
