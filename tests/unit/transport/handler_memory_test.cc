#include "bridge/transport/handler_memory.h"

#include <sys/socket.h>

#include <array>
#include <memory>

#include <gtest/gtest.h>
#include <boost/asio/bind_allocator.hpp>

#include "bridge/transport/socket.h"

namespace spanwire::transport {
namespace {

class HandlerMemoryTest : public ::testing::Test {
 protected:
  HandlerMemoryTest() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    socket_.assign(boost::asio::ip::tcp::v4(), fds[0]);
    peer_.assign(boost::asio::ip::tcp::v4(), fds[1]);
  }
  // As a connection waits: its handler holds it.
  void Wait(const std::shared_ptr<HandlerMemory>& memory) {
    socket_.async_wait(Socket::wait_read, boost::asio::bind_allocator(HandlerAllocator<std::byte>(*memory),
                                                                      [memory](boost::system::error_code) {}));
  }

  boost::asio::io_context io_{1};
  Socket socket_{io_};
  Socket peer_{io_};
};

TEST_F(HandlerMemoryTest, AConnectionsWaitFitsIntoIt) {
  const auto memory = std::make_shared<HandlerMemory>();
  Wait(memory);
  EXPECT_TRUE(memory->in_use());
  peer_.close();
  io_.run();
  EXPECT_FALSE(memory->in_use());
}

TEST_F(HandlerMemoryTest, ASecondOperationGoesToTheHeap) {
  const auto memory = std::make_shared<HandlerMemory>();
  Wait(memory);
  Wait(memory);
  peer_.close();
  EXPECT_EQ(io_.run(), 2u);
  EXPECT_FALSE(memory->in_use());
}

TEST_F(HandlerMemoryTest, AWaitThatNeverEndsIsFreedWithItsOwner) {
  std::weak_ptr<HandlerMemory> gone;
  {
    boost::asio::io_context io{1};
    Socket socket(io);
    std::array<int, 2> fds{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    socket.assign(boost::asio::ip::tcp::v4(), fds[0]);
    const auto memory = std::make_shared<HandlerMemory>();
    gone = memory;
    socket.async_wait(Socket::wait_read, boost::asio::bind_allocator(HandlerAllocator<std::byte>(*memory),
                                                                     [memory](boost::system::error_code) {}));
    ::close(fds[1]);
  }
  EXPECT_TRUE(gone.expired());
}

}  // namespace
}  // namespace spanwire::transport
