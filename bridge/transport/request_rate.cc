#include "bridge/transport/request_rate.h"

#include <fmt/format.h>

#include "bridge/session/control_messages.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {

std::optional<HttpResponse> RequestRate::Refuse(ShardContext& context) {
  using Verdict = session::MessageRate::Verdict;
  const config::Limits& limits = context.config.limits;
  const Verdict verdict =
      rate_.Admit(limits.client_messages_per_second, limits.client_message_burst, context.settings.clock->Now());
  if (verdict == Verdict::kAdmitted) return std::nullopt;
  context.metrics.messages_refused.Add();
  HttpResponse refusal =
      ProblemResponse({.status = 429,
                       .code = session::error_code::kRateLimited,
                       .detail = fmt::format("over {} requests per second on one connection: slow down",
                                             limits.client_messages_per_second)});
  refusal.close = verdict == Verdict::kTooMuch;
  return refusal;
}

}  // namespace spanwire::transport
