#include <iostream>

#include <spanwire/publisher.h>
#include <spanwire/security_options.h>

#include "orders.pb.h"

int main(int argc, char** argv) {
  // For a bridge with authentication or TLS: --token-file, --ca, --cert, --key ..., or SPANWIRE_TOKEN_FILE ...
  const absl::StatusOr<spanwire::Security> security = spanwire::TakeSecurityOptions(argc, argv);
  const std::string target = argc > 1 ? argv[1] : "127.0.0.1:50051";
  const absl::Status usable = security.ok() ? spanwire::CheckSecurity(*security, target) : security.status();
  if (!usable.ok()) return (std::cerr << usable.message() << "\n", 2);
  spanwire::Publisher publisher({.target = target, .security = *security});

  orders::v1::OrderShipped shipped;
  shipped.set_customer_id("42");
  shipped.set_order_id("A-1001");
  publisher.Publish(shipped);  // topic and type come from the message's options
  publisher.SendToUser("alice", shipped);
  publisher.BroadcastStats({{"orders_open", 17}});

  const absl::Status delivered = publisher.Flush(std::chrono::seconds(5));  // OK: the bridge has accepted all three
  if (!delivered.ok()) std::cerr << delivered << "\n";
  return delivered.ok() ? 0 : 1;
}
