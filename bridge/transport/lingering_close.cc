#include "bridge/transport/lingering_close.h"

#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "bridge/transport/connection_set.h"

namespace spanwire::transport {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);
constexpr size_t kMaxBytes = 1024 * 1024;

class LingeringClose final : public Connection, private Timer, public std::enable_shared_from_this<LingeringClose> {
 public:
  LingeringClose(ShardContext& context, AcceptedSocket accepted, bool served)
      : Connection(context.connections, std::move(accepted.place), accepted.door),
        context_(context),
        stream_(std::move(accepted.stream)) {
    if (!served) StopServing();
  }

  void Start() {
    stream_.ShutdownSend();
    context_.wheel.Arm(*this, ShardContext::After(kTimeout));
    WaitReadable();
  }
  void Abort() override { End(); }

 private:
  void OnTimer() override { End(); }
  void WaitReadable() {
    stream_.WaitReadable([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->OnReadable();
    });
  }
  void OnReadable() {
    const ReadResult read = stream_.Read(absl::MakeSpan(context_.read_buffer));
    bytes_ += read.count;
    if (!(read.data() || read.blocked()) || bytes_ > kMaxBytes) return End();
    WaitReadable();
  }
  // Cancels the wait, which is all that holds this.
  void End() {
    Disarm();
    stream_.Close();
  }

  ShardContext& context_;
  ClientStream stream_;
  size_t bytes_ = 0;
};

}  // namespace

void LingerThenClose(ShardContext& context, AcceptedSocket accepted, bool served) {
  std::make_shared<LingeringClose>(context, std::move(accepted), served)->Start();
}

}  // namespace spanwire::transport
