#pragma once

#include "absl/time/time.h"

namespace spanwire::session {

// How fast a client may send: `per_second` on average and `burst` at once. What is over goes on a tab that the passing
// time pays off; twice the burst on it is too much.
class MessageRate {
 public:
  enum class Verdict { kAdmitted, kRefused, kTooMuch };

  MessageRate(double burst, absl::Time now) : tokens_(static_cast<float>(burst)), at_(now) {}

  // One more message.
  Verdict Admit(double per_second, double burst, absl::Time now);
  // The last one admitted did not count.
  void Return() { tokens_ += 1; }

 private:
  float tokens_;  // messages the client may send now; negative: its tab
  absl::Time at_;
};

}  // namespace spanwire::session
