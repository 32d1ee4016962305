#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace spanwire::transport {

// A client's socket. Its executor is its shard's io_context and says so by its type: a pending wait then needs no place
// to remember which kind of executor it has.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

}  // namespace spanwire::transport
