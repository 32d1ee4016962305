#pragma once

#include <string>

#include "absl/time/time.h"
#include "bridge/auth/access_control.h"
#include "bridge/config/config.h"
#include "bridge/model/clock.h"
#include "bridge/model/topic_table.h"

namespace spanwire::session {

// What all sessions of a bridge share. Outlives them; never changes.
struct Settings {
  config::Limits limits;
  absl::Duration ping_interval = absl::Seconds(30);
  std::string server;  // name/version, for `connected`
  std::string node;
  bool secure = false;
  model::TopicTable* topics = nullptr;
  const auth::AccessControl* access = &auth::AccessControl::None();
  const model::Clock* clock = &model::Clock::System();
};

}  // namespace spanwire::session
