#include <spanwire/publisher.h>
#include "orders.pb.h"

int main() {
  spanwire::Publisher publisher({.target = "127.0.0.1:50051"});
  orders::v1::OrderShipped shipped;
  shipped.set_customer_id("42");
  shipped.set_order_id("A-1001");
  publisher.Publish(shipped);  // topic and type come from the message's options
  publisher.BroadcastStats({{"orders_open", 17}});
  return publisher.Flush(std::chrono::seconds(5)).ok() ? 0 : 1;  // OK: the bridge has accepted both
}
