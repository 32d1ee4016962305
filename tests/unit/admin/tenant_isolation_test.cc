// The property of tenants on the gRPC side: whatever one tenant does, the other is told exactly what it would be told
// on a bridge where the first does not exist.
#include <random>
#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/admin/secured_bridge.h"

namespace spanwire::admin {
namespace {

using auth::Role;
using Admin = SecuredBridge::Admin;
using Publisher = SecuredBridge::Publisher;

constexpr const char* kTenants[] = {"acme", "other"};
constexpr const char* kTopics[] = {"stats", "orders:1", "orders:2", "user:u-17"};
constexpr const char* kIds[] = {"", "id-1", "id-2"};

// One thing that somebody of a tenant does; which one, and about what, comes from the numbers.
struct Act {
  int tenant;  // of kTenants
  uint32_t kind;
  uint32_t topic;
  uint32_t id;
  uint32_t target;  // 0: names no tenant, 1: the own, 2: the other
};

// Epochs are random and say nothing of anybody.
std::string WithoutEpochs(const std::string& text) {
  static const std::regex kEpoch("epoch: \"[0-9A-Za-z]+\"");
  return std::regex_replace(text, kEpoch, "epoch");
}

// A bridge with the clients of some tenants.
class Stage {
 public:
  explicit Stage(const std::vector<int>& tenants) {
    for (const int tenant : tenants) {
      for (int i = 0; i < 2; ++i) {
        bridge_.Connect(fmt::format("{}-{}", kTenants[tenant], i),
                        {.subject = fmt::format("u-{}", i), .tenant_id = kTenants[tenant], .token_id = "t-1"});
      }
    }
  }

  // What the one who acts is told.
  std::string Do(const Act& act) { return WithoutEpochs(Tell(act)); }

 private:
  std::string Tell(const Act& act) {
    const std::string token = bridge_.Token(kTenants[act.tenant], {Role::kAdminRead, Role::kAdminWrite});
    const std::string target = act.target == 0 ? "" : kTenants[act.target == 1 ? act.tenant : 1 - act.tenant];
    switch (act.kind) {
      case 0:
      case 1:
      case 2: {
        v1::PublishRequest request;
        *request.mutable_event() = EventOf(act, target);
        return bridge_.Ask(token, &Publisher::Publish, request);
      }
      case 3: {
        v1::PublishBatchRequest request;
        *request.add_events() = EventOf(act, target);
        *request.add_events() = EventOf(act, "");
        return bridge_.Ask(token, &Publisher::PublishBatch, request);
      }
      case 4:
        return Stream(act, token, target);
      case 5: {
        v1::ListTopicsRequest request;
        request.set_tenant_id(target);
        return bridge_.Ask(token, &Admin::ListTopics, request);
      }
      case 6: {
        v1::GetTopicRequest request;
        request.set_name(kTopics[act.topic]);
        request.set_tenant_id(target);
        return bridge_.Ask(token, &Admin::GetTopic, request);
      }
      case 7: {
        v1::GetHistoryRequest request;
        request.set_topic(kTopics[act.topic]);
        request.set_tenant_id(target);
        return bridge_.Ask(token, &Admin::GetHistory, request);
      }
      case 8: {
        v1::ListConnectionsRequest request;
        request.mutable_filter()->set_tenant_id(target);
        return bridge_.Ask(token, &Admin::ListConnections, request);
      }
      case 9: {
        v1::GetConnectionRequest request;
        request.set_client_id(fmt::format("{}-1", kTenants[act.id % 2]));
        return bridge_.Ask(token, &Admin::GetConnection, request);
      }
      case 10: {
        v1::CloseConnectionsRequest request;
        request.mutable_filter()->add_client_ids(fmt::format("{}-1", kTenants[act.id % 2]));
        return bridge_.Ask(token, &Admin::CloseConnections, request);
      }
      case 11: {
        v1::RevokeTokensRequest request;
        request.set_tenant_id(target);
        request.set_token_id("t-1");
        return bridge_.Ask(token, &Admin::RevokeTokens, request);
      }
      default:
        return bridge_.Ask(token, &Admin::GetStats, v1::GetStatsRequest());
    }
  }

  static v1::Event EventOf(const Act& act, const std::string& tenant) {
    v1::Event event;
    event.set_topic(kTopics[act.topic]);
    event.set_type("note");
    event.set_json_text("{}");
    event.set_id(kIds[act.id]);
    event.set_tenant_id(tenant);
    return event;
  }

  // One batch of a producer that both tenants call the same.
  std::string Stream(const Act& act, const std::string& token, const std::string& target) {
    grpc::ClientContext context;
    SecuredBridge::Show(token, context);
    const auto stream = bridge_.StubOf<Publisher>().PublishStream(&context);
    v1::PublishStreamRequest request;
    request.set_producer_id("producer");
    request.set_sequence(1 + act.id);
    *request.add_events() = EventOf(act, target);
    v1::PublishStreamResponse response;
    stream->Write(request);
    stream->WritesDone();
    stream->Read(&response);
    const grpc::Status status = stream->Finish();
    return response.ShortDebugString() + (status.ok() ? "" : SecuredBridge::Told(status));
  }

  SecuredBridge bridge_;
};

TEST(TenantIsolation, NothingOfOneTenantCanBeSeenFromAnother) {
  constexpr uint32_t kSeed = 20261121;
  std::mt19937 random(kSeed);
  const auto below = [&](uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random); };
  for (int round = 0; round < 5; ++round) {
    Stage together({0, 1});
    Stage alone[] = {Stage({0}), Stage({1})};
    for (int step = 0; step < 150; ++step) {
      const Act act{static_cast<int>(below(2)), below(13), below(4), below(3), below(3)};
      EXPECT_EQ(together.Do(act), alone[act.tenant].Do(act))
          << "seed " << kSeed << ", round " << round << ", step " << step << ", kind " << act.kind;
    }
  }
}

}  // namespace
}  // namespace spanwire::admin
