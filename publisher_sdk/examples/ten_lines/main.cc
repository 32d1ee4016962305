#include <iostream>

#include <spanwire/publisher.h>

#include "orders.pb.h"

int main(int argc, char** argv) {
  spanwire::Security security;  // for a bridge with authentication: a token's file, and its CA
  if (argc > 2) security.token_file = argv[2];
  if (argc > 3) security.ca = argv[3];
  spanwire::Publisher publisher({.target = argc > 1 ? argv[1] : "127.0.0.1:50051", .security = security});

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
