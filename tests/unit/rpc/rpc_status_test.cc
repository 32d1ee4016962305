#include "bridge/rpc/rpc_status.h"

#include <string>

#include <gtest/gtest.h>

#include "bridge/model/error.h"
#include "google/rpc/error_details.pb.h"
#include "tests/support/error_info.h"

namespace spanwire::rpc {
namespace {

absl::Status Error(absl::StatusCode code, model::ErrorDetail detail, std::string_view sentence = "Do better.") {
  return model::MakeError(code, sentence, std::move(detail));
}

TEST(ToRpcStatus, CarriesReasonDomainAndMetadata) {
  const google::rpc::Status status = ToRpcStatus(
      Error(absl::StatusCode::kFailedPrecondition, {.reason = "UNKNOWN_TYPE", .metadata = {{"type", "a.B"}}}));
  EXPECT_EQ(status.code(), 9);
  EXPECT_EQ(status.message(), "Do better.");
  EXPECT_EQ(ErrorInfoOf(status).reason(), "UNKNOWN_TYPE");
  EXPECT_EQ(ErrorInfoOf(status).domain(), "spanwire");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("type"), "a.B");
  EXPECT_FALSE(HasRetryInfo(status));
}

TEST(ToRpcStatus, AFieldAtFaultIsAViolation) {
  const google::rpc::Status status =
      ToRpcStatus(Error(absl::StatusCode::kInvalidArgument, {.reason = "BAD_TOPIC", .metadata = {{"field", "topic"}}}));
  google::rpc::BadRequest bad_request;
  ASSERT_EQ(status.details_size(), 2);
  ASSERT_TRUE(status.details(1).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "topic");
  EXPECT_EQ(bad_request.field_violations(0).description(), "Do better.");
}

TEST(ToRpcStatus, WhatMayBeTriedAgainSaysWhen) {
  EXPECT_TRUE(HasRetryInfo(ToRpcStatus(Error(absl::StatusCode::kUnavailable, {.reason = "DRAINING", .metadata = {}}))));
  EXPECT_TRUE(HasRetryInfo(ToRpcStatus(absl::ResourceExhaustedError("full"))));
}

TEST(ToRpcStatus, ABoundThatOnlyASettingLiftsIsNotToBeTriedAgain) {
  EXPECT_FALSE(HasRetryInfo(ToRpcStatus(Error(absl::StatusCode::kResourceExhausted,
                                              {.reason = "FULL", .metadata = {{"setting", "auth.max_revocations"}}}))));
}

TEST(ToRpcStatus, AnErrorWithoutReasonIsNamedByItsCode) {
  EXPECT_EQ(ErrorInfoOf(ToRpcStatus(absl::CancelledError("stopped"))).reason(), "CANCELLED");
}

TEST(ToRpcStatus, WhatAPublisherSentIsCutToFitATrailer) {
  const google::rpc::Status status = ToRpcStatus(
      Error(absl::StatusCode::kInvalidArgument, {.reason = "R", .metadata = {{"field", std::string(100'000, 'f')}}},
            std::string(100'000, 's')));
  EXPECT_LT(status.ByteSizeLong(), 4096u);
}

TEST(ToRpcStatus, BytesThatAreNoUtf8DoNotReachTheWire) {
  const google::rpc::Status status =
      ToRpcStatus(Error(absl::StatusCode::kInvalidArgument, {.reason = "R", .metadata = {{"v", "\xC3"}}}, "a\xFF"));
  EXPECT_EQ(status.message(), "a\xEF\xBF\xBD");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("v"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace spanwire::rpc
