#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/auth/access_control.h"
#include "bridge/auth/token_mint.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth::testing {

// Authentication with kSecret for HS256 in a file of its own, and the tokens that it takes.
class SecuredAccess {
 public:
  explicit SecuredAccess(const model::Clock& clock, config::AuthSettings settings = {},
                         const std::vector<config::TopicPolicy>& topics = {});
  ~SecuredAccess();
  SecuredAccess(const SecuredAccess&) = delete;
  SecuredAccess& operator=(const SecuredAccess&) = delete;

  AccessControl& operator*() { return *control_; }
  AccessControl* operator->() { return control_.get(); }

  // A token with these claims; `sub` "orders" and an hour where they do not say.
  std::string Token(Claims claims) const;

 private:
  const model::Clock& clock_;
  std::string path_;
  std::unique_ptr<AccessControl> control_;
};

}  // namespace spanwire::auth::testing
