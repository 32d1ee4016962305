#include "bridge/transport/http_response_writer.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "bridge/transport/http_response_head.h"

namespace spanwire::transport {

struct HttpResponseWriter::Outgoing {
  std::string head;
  HttpResponse response;
};

void HttpResponseWriter::Write(Socket& socket, HttpResponse response, Form form, absl::Time now,
                               absl::AnyInvocable<void(boost::system::error_code)> done) {
  std::string head = WriteResponseHead(response, form.minor_version, now);
  outgoing_ = std::make_shared<const Outgoing>(Outgoing{.head = std::move(head), .response = std::move(response)});
  const bool body = HasBody(outgoing_->response, form.method);
  const std::string_view content = body ? outgoing_->response.content() : std::string_view();
  const std::array<boost::asio::const_buffer, 2> pieces = {boost::asio::buffer(outgoing_->head),
                                                           boost::asio::buffer(content)};
  boost::asio::async_write(socket, pieces,
                           [this, done = std::move(done)](boost::system::error_code error, size_t) mutable {
                             outgoing_.reset();
                             done(error);
                           });
}

}  // namespace spanwire::transport
