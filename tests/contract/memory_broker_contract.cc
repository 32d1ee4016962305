#include "bridge/broker/memory_broker.h"
#include "tests/contract/broker_contract.h"

namespace spanwire::broker::contract {
namespace {

class MemoryDeployment final : public Deployment {
 public:
  explicit MemoryDeployment(config::HistoryPolicy policy)
      : policies_({{.match = "*", .history = policy}}),
        broker_({.policies = &policies_, .sweep_interval = absl::InfiniteDuration()}, clock_) {}
  Broker& broker() override { return broker_; }
  absl::Time Now() override { return clock_.Now(); }
  void Age(absl::Duration by) override { clock_.Advance(by); }

 private:
  const config::TopicPolicies policies_;
  model::FakeClock clock_;
  MemoryBroker broker_;
};

INSTANTIATE_TEST_SUITE_P(Memory, BrokerContract,
                         ::testing::Values(Implementation{
                             "Memory",
                             [](config::HistoryPolicy policy) { return std::make_unique<MemoryDeployment>(policy); }}),
                         [](const auto& implementation) { return implementation.param.name; });

}  // namespace
}  // namespace spanwire::broker::contract
