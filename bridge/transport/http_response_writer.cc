#include "bridge/transport/http_response_writer.h"

#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>

#include "absl/types/span.h"
#include "bridge/transport/http_response_head.h"
#include "bridge/transport/outbound_queue.h"

namespace spanwire::transport {

struct HttpResponseWriter::Outgoing {
  std::string head;
  HttpResponse response;
  OutboundQueue rest;  // what the client did not take at once
};

void HttpResponseWriter::Write(ClientStream& stream, HttpResponse response, Form form, absl::Time now, Done done) {
  outgoing_ = std::make_shared<Outgoing>();
  outgoing_->head = WriteResponseHead(response, form.minor_version, now);
  outgoing_->response = std::move(response);
  // Slices without owners: the writer is theirs.
  Slice slices[2] = {{.owner = nullptr, .bytes = outgoing_->head}};
  if (HasBody(outgoing_->response, form.method)) slices[1].bytes = outgoing_->response.content();
  const WriteResult result = SendNow(stream, absl::MakeConstSpan(slices));
  if (result.blocked()) {
    outgoing_->rest.AppendUnsent(slices, result.written);
    return WriteRest(stream, std::move(done));
  }
  boost::asio::post(stream.executor(), [this, whole = result.complete(), done = std::move(done)]() mutable {
    outgoing_.reset();
    done(whole);
  });
}

size_t HttpResponseWriter::held_bytes() const {
  if (outgoing_ == nullptr || outgoing_->rest.empty()) return 0;
  return outgoing_->head.size() + outgoing_->response.body.size();
}

void HttpResponseWriter::WriteRest(ClientStream& stream, Done done) {
  stream.WaitWritable([this, &stream, done = std::move(done)](boost::system::error_code error) mutable {
    using FlushState = OutboundQueue::FlushState;
    const FlushState state = error ? FlushState::kError : outgoing_->rest.Flush(stream).state;
    if (state == FlushState::kBlocked) return WriteRest(stream, std::move(done));
    outgoing_.reset();
    done(state == FlushState::kEmpty);
  });
}

}  // namespace spanwire::transport
