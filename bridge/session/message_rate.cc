#include "bridge/session/message_rate.h"

#include <algorithm>

namespace spanwire::session {

MessageRate::Verdict MessageRate::Admit(double per_second, double burst, absl::Time now) {
  const double refill = absl::ToDoubleSeconds(std::max(now - at_, absl::ZeroDuration())) * per_second;
  at_ = now;
  tokens_ = static_cast<float>(std::min(burst, tokens_ + refill)) - 1;
  if (tokens_ >= 0) return Verdict::kAdmitted;
  return tokens_ <= -2 * static_cast<float>(burst) ? Verdict::kTooMuch : Verdict::kRefused;
}

}  // namespace spanwire::session
