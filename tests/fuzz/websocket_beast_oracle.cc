#include "tests/fuzz/websocket_beast_oracle.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdlib>

#include "bridge/model/utf8.h"

namespace spanwire::transport::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Kind = ReaderTrace::Kind;

// The stream under Beast's: reads come from the pieces, writes are swallowed.
class ScriptedStream {
 public:
  using executor_type = asio::io_context::executor_type;

  ScriptedStream(asio::io_context& context, const Arrival& arrival)
      : executor_(context.get_executor()), pieces_(arrival) {}
  executor_type get_executor() const { return executor_; }

  template <class Buffers>
  size_t read_some(const Buffers& buffers, error_code& error) {
    error = {};
    const size_t room = asio::buffer_size(buffers);
    if (room == 0) return 0;
    if (pieces_.ended()) {
      error = asio::error::eof;
      return 0;
    }
    const std::string_view piece = pieces_.Next(room);
    return asio::buffer_copy(buffers, asio::buffer(piece.data(), piece.size()));
  }
  template <class Buffers>
  size_t read_some(const Buffers& buffers) {
    error_code error;
    return read_some(buffers, error);
  }
  template <class Buffers>
  size_t write_some(const Buffers& buffers, error_code& error) {
    error = {};
    return asio::buffer_size(buffers);
  }
  template <class Buffers>
  size_t write_some(const Buffers& buffers) {
    return asio::buffer_size(buffers);
  }

 private:
  executor_type executor_;
  Pieces pieces_;
};

// Found by Beast through the stream's type.
[[maybe_unused]] void teardown(beast::role_type, ScriptedStream&, error_code& error) {
  error = {};
}

using BeastStream = beast::websocket::stream<ScriptedStream, false>;

bool Accept(BeastStream& stream) {
  beast::http::request<beast::http::string_body> request(beast::http::verb::get, "/ws", 11);
  request.set(beast::http::field::host, "localhost");
  request.set(beast::http::field::upgrade, "websocket");
  request.set(beast::http::field::connection, "Upgrade");
  request.set(beast::http::field::sec_websocket_version, "13");
  request.set(beast::http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  error_code error;
  stream.accept(request, error);
  return !error;
}

uint16_t CloseCodeOf(const error_code& error) {
  if (error == asio::error::eof || error == beast::websocket::error::closed) return 0;
  if (error == beast::websocket::error::message_too_big) return 1009;
  if (error == beast::websocket::error::bad_frame_payload) return 1007;
  return 1002;
}

}  // namespace

ReaderTrace ReadWithBeast(const Arrival& arrival) {
  static asio::io_context context;
  BeastStream stream(context, arrival);
  if (!Accept(stream)) std::abort();
  stream.read_message_max(arrival.max_message_bytes);

  ReaderTrace trace;
  stream.control_callback([&trace](beast::websocket::frame_type type, beast::string_view payload) {
    if (type == beast::websocket::frame_type::ping) trace.items.push_back({Kind::kPing, std::string(payload)});
    if (type == beast::websocket::frame_type::pong) trace.items.push_back({Kind::kPong, std::string(payload)});
  });
  error_code error;
  while (!error) {
    beast::flat_buffer buffer;
    stream.read(buffer, error);
    if (error) break;
    const auto data = buffer.cdata();
    trace.items.push_back({stream.got_text() ? Kind::kText : Kind::kBinary,
                           std::string(static_cast<const char*>(data.data()), data.size())});
  }
  if (error == beast::websocket::error::closed) {
    const auto& reason = stream.reason();
    const bool has_code = reason.code != beast::websocket::close_code::none;
    const uint16_t code = has_code ? static_cast<uint16_t>(reason.code) : 1005;
    trace.items.push_back({Kind::kClose, std::string(reason.reason.data(), reason.reason.size()), code});
  }
  trace.refused_with = CloseCodeOf(error);
  return trace;
}

namespace {

bool EndsWithClose(const ReaderTrace& trace) {
  return !trace.items.empty() && trace.items.back().kind == Kind::kClose;
}

bool IsPrefix(const std::vector<ReaderTrace::Item>& some, const std::vector<ReaderTrace::Item>& all) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

// Where they may differ:
bool DifferForAReason(const ReaderTrace& spanwire, const ReaderTrace& beast) {
  const auto& ours = spanwire.items;
  const auto& theirs = beast.items;
  // We refuse binary messages; Beast reads on.
  if (spanwire.refused_with == 1003 && IsPrefix(ours, theirs)) return true;
  if (EndsWithClose(beast) && theirs.size() == ours.size() + 1 && IsPrefix(ours, theirs)) {
    // Beast takes close codes from 5000 on, which RFC 6455 leaves undefined.
    if (spanwire.refused_with == 1002 && theirs.back().close_code >= 5000) return true;
  }
  if (EndsWithClose(spanwire) && ours.size() == theirs.size() + 1 && IsPrefix(theirs, ours)) {
    // 1014 (bad gateway) was registered after Beast's table was written.
    if (beast.refused_with == 1002 && ours.back().close_code == 1014) return true;
  }
  // Beast does not see that a text ends within a character where its last fragment is empty.
  if (spanwire.refused_with == 1007 && theirs.size() > ours.size() && IsPrefix(ours, theirs)) {
    const auto& next = theirs[ours.size()];
    if (next.kind == Kind::kText && !model::IsUtf8(next.payload)) return true;
  }
  // A 64-bit length with its top bit set is just a big one for Beast.
  if (spanwire.refused_with == 1002 && beast.refused_with == 1009 && ours == theirs) return true;
  // A close reason that is not UTF-8 is a bad payload for us, a protocol error for Beast.
  if (spanwire.refused_with == 1007 && beast.refused_with == 1002 && ours == theirs) return true;
  return false;
}

}  // namespace

std::string Disagreement(const ReaderTrace& spanwire, const ReaderTrace& beast) {
  if (spanwire.items == beast.items && spanwire.refused_with == beast.refused_with) return "";
  if (DifferForAReason(spanwire, beast)) return "";
  return "spanwire:\n" + Print(spanwire) + "beast:\n" + Print(beast);
}

}  // namespace spanwire::transport::websocket
