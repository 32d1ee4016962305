// Bytes that are no request, sent to every method whose requests gRPC parses.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/unit/admin/secured_bridge.h"

namespace spanwire::admin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class MalformedRequestTest : public testing::TestWithParam<std::string> {
 protected:
  // What one message of these bytes is answered.
  std::string Send(const std::string& method, const std::string& bytes, const std::string& token) {
    grpc::GenericStub stub(bridge_.channel());
    grpc::ClientContext context;
    SecuredBridge::Show(token, context);
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    grpc::ByteBuffer response;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status.ok() ? "OK" : SecuredBridge::Told(status);
  }

  SecuredBridge bridge_;
};

std::vector<std::string> Methods() {
  std::vector<std::string> methods;
  for (const char* name : {"spanwire.v1.AdminService", "spanwire.v1.SchemaService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back("/" + service->full_name() + "/" + service->method(i)->name());
    }
  }
  return methods;
}

TEST_P(MalformedRequestTest, IsRefusedInWords) {
  const std::string told = Send(GetParam(), "\xFF\xFF\xFF", bridge_.Token("", {auth::Role::kAdminRead}));
  EXPECT_THAT(told, StartsWith("INVALID_ARGUMENT MALFORMED_REQUEST method=" + GetParam()));
  EXPECT_THAT(told, HasSubstr("the bytes are no request of " + GetParam()));
  EXPECT_EQ(bridge_.drains(), 0);
}

TEST_P(MalformedRequestTest, TellsStrangersNothing) {
  EXPECT_THAT(Send(GetParam(), "\xFF\xFF\xFF", ""), StartsWith("UNAUTHENTICATED UNAUTHENTICATED_CALL"));
}

INSTANTIATE_TEST_SUITE_P(EveryMethod, MalformedRequestTest, testing::ValuesIn(Methods()),
                         [](const auto& param) { return param.param.substr(param.param.rfind('/') + 1); });

using UnknownMethodTest = MalformedRequestTest;

TEST_F(UnknownMethodTest, IsUnimplementedAsEver) {
  EXPECT_THAT(Send("/spanwire.v1.AdminService/NoSuch", "", ""), StartsWith("UNIMPLEMENTED"));
}

}  // namespace
}  // namespace spanwire::admin
