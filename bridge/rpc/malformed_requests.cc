#include "bridge/rpc/malformed_requests.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/support/server_interceptor.h>

#include "bridge/model/error.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kTakesBytes = "/spanwire.v1.PublisherService/";

absl::Status Malformed(std::string_view method) {
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          fmt::format("the bytes are no request of {}: check that text is UTF-8 and that client and "
                                      "bridge use the same spanwire/v1 files",
                                      method),
                          {.reason = "MALFORMED_REQUEST", .metadata = {{"method", std::string(method)}}});
}

// One call. A request that could not be parsed is known by its absence.
class MalformedRequest final : public grpc::experimental::Interceptor {
 public:
  MalformedRequest(ServerRpcInfo& call, Gate& gate) : call_(call), gate_(gate) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      malformed_ = methods->GetRecvMessage() == nullptr;
    }
    if (malformed_ && methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const absl::StatusOr<Caller> caller = gate_.Admit(*call_.server_context());
      methods->ModifySendStatus(ToGrpcStatus(caller.ok() ? Malformed(call_.method()) : caller.status()));
    }
    methods->Proceed();
  }

 private:
  ServerRpcInfo& call_;
  Gate& gate_;
  bool malformed_ = false;
};

class MalformedRequests final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit MalformedRequests(Gate& gate) : gate_(gate) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    const bool has_one_request =
        call->type() == ServerRpcInfo::Type::UNARY || call->type() == ServerRpcInfo::Type::SERVER_STREAMING;
    // Null is none: calls that cannot need it do not pay for it.
    if (!has_one_request || std::string_view(call->method()).starts_with(kTakesBytes)) return nullptr;
    return new MalformedRequest(*call, gate_);
  }

 private:
  Gate& gate_;
};

}  // namespace

void RefuseMalformedRequests(grpc::ServerBuilder& builder, Gate& gate) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<MalformedRequests>(gate));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
}

}  // namespace spanwire::rpc
