#include "bridge/transport/lingering_close.h"

#include <memory>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "bridge/transport/connection_set.h"

namespace spanwire::transport {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);
constexpr size_t kMaxBytes = 1024 * 1024;

class LingeringClose final : public Connection, private Timer, public std::enable_shared_from_this<LingeringClose> {
 public:
  LingeringClose(ShardContext& context, AcceptedSocket accepted, bool served)
      : Connection(context.connections, std::move(accepted.place)),
        context_(context),
        socket_(std::move(accepted.socket)) {
    if (!served) StopServing();
  }

  void Start() {
    boost::system::error_code ignored;  // then the next read tells
    socket_.shutdown(Socket::shutdown_send, ignored);
    context_.wheel.Arm(*this, ShardContext::After(kTimeout));
    WaitReadable();
  }
  void Abort() override { End(); }

 private:
  void OnTimer() override { End(); }
  void WaitReadable() {
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->OnReadable();
    });
  }
  void OnReadable() {
    boost::system::error_code error;
    bytes_ += socket_.read_some(boost::asio::buffer(context_.read_buffer), error);
    if ((error && error != boost::asio::error::would_block) || bytes_ > kMaxBytes) return End();
    WaitReadable();
  }
  // Cancels the wait, which is all that holds this.
  void End() {
    Disarm();
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  ShardContext& context_;
  Socket socket_;
  size_t bytes_ = 0;
};

}  // namespace

void LingerThenClose(ShardContext& context, AcceptedSocket accepted, bool served) {
  std::make_shared<LingeringClose>(context, std::move(accepted), served)->Start();
}

}  // namespace spanwire::transport
