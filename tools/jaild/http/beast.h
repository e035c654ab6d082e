// The names that the files of this folder share. Included by server.cc alone, once: a file that knows Beast
// takes most of a minute and 800 MB to compile.
#ifndef TOOLS_JAILD_HTTP_BEAST_H_
#define TOOLS_JAILD_HTTP_BEAST_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>

namespace jail::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using ErrorCode = boost::system::error_code;

// TCP and unix sockets alike.
using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
template <typename Result = void>
using Coroutine = asio::awaitable<Result>;

// Errors are values: auto [error, bytes] = co_await stream.async_read_some(buffer, kValues);
inline constexpr auto kValues = asio::as_tuple(asio::use_awaitable);

inline std::chrono::milliseconds Ms(int64_t ms) { return std::chrono::milliseconds(ms); }

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_BEAST_H_
