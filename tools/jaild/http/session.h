// One connection: its requests, one after the other.
#ifndef TOOLS_JAILD_HTTP_SESSION_H_
#define TOOLS_JAILD_HTTP_SESSION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "jail/serve/events.h"
#include "jail/serve/media.h"
#include "jail/serve/routes.h"
#include "tools/jaild/http/hub.h"
#include "tools/jaild/http/messages.h"
#include "tools/jaild/http/output.h"
#include "tools/jaild/http/socket.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

class Session {
 public:
  Session(Hub* hub, Stream stream, serve::Peer peer)
      : hub_(*hub), stream_(std::move(stream)), peer_(std::move(peer)) {
    hub_.Enter(peer_);
  }
  ~Session() { hub_.Leave(peer_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Coroutine<> Run() {
    // Not joined by &&: g++ 12 then awaits the second whatever the first says.
    bool more = co_await AwaitRequest();
    while (more) {
      more = co_await OneRequest();
      if (more) more = co_await AwaitRequest();
    }
    ErrorCode ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_both, ignored);
    stream_.close();
  }

 private:
  using Response = serve::Response;
  using ExchangePtr = std::shared_ptr<serve::Exchange>;

  // A first byte has come. False: it will not.
  Coroutine<bool> AwaitRequest() {
    if (hub_.draining()) co_return false;
    if (buffer_.size() > 0) co_return true;
    constexpr size_t kFirst = 4096;
    stream_.expires_after(Ms(hub_.config().idle_time_ms()));
    hub_.Rest(&stream_);
    const auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(kFirst), kValues);
    hub_.Wake(&stream_);
    if (error) co_return false;
    buffer_.commit(count);
    co_return true;
  }

  // False: no other can follow.
  Coroutine<bool> OneRequest() {
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(hub_.config().header_bytes()));
    parser.body_limit(static_cast<uint64_t>(hub_.config().body_bytes()));
    stream_.expires_after(Ms(hub_.config().header_time_ms()));
    const auto [error, count] = co_await bhttp::async_read_header(stream_, buffer_, parser, kValues);
    if (error) co_return co_await RefuseUnreadable(error);
    serve::Service::Begun begun = hub_.service().Begin(HeadOf(parser.get(), peer_));
    version_ = parser.get().version();
    is_head_ = begun.exchange->head.method == "HEAD";
    // Nobody knows where such a request ends.
    if (const auto ambiguity = Ambiguity(parser.get()))
      co_return co_await Refuse(*begun.exchange, *ambiguity, /*keep_alive=*/false);
    if (begun.refusal)
      co_return co_await Refuse(*begun.exchange, *begun.refusal, parser.is_done() && parser.keep_alive());
    if (begun.exchange->route->socket != nullptr)
      co_return co_await BecomeSocket(begun.exchange, parser.get());
    if (!parser.is_done()) {
      const ErrorCode unread = co_await ReadBody(parser);
      if (unread) co_return co_await RefuseUnreadable(unread);
    }
    begun.exchange->body = std::move(parser.get().body());
    co_return co_await AnswerIt(begun.exchange, parser.keep_alive());
  }

  // What has been read beyond the request would be lost: who speaks before he is answered is no WebSocket
  // client.
  Coroutine<bool> BecomeSocket(const ExchangePtr& exchange, const Request& request) {
    if (!beast::websocket::is_upgrade(request) || buffer_.size() > 0) {
      Response response = serve::ErrorResponse(serve::Error::kUpgradeRequired, "this is for WebSockets");
      response.headers.emplace_back("Upgrade", "websocket");
      co_return co_await Refuse(*exchange, std::move(response), /*keep_alive=*/false);
    }
    hub_.service().NoteAnswer(*exchange, 101);
    co_await Socket(&hub_, std::move(stream_), exchange).Run(request);
    co_return false;
  }

  Coroutine<ErrorCode> ReadBody(Parser& parser) {
    stream_.expires_after(Ms(hub_.config().body_time_ms()));
    if (absl::EqualsIgnoreCase(Copy(parser.get()[bhttp::field::expect]), "100-continue")) {
      bhttp::response<bhttp::empty_body> go_on(bhttp::status::continue_, 11);
      const auto [error, count] = co_await bhttp::async_write(stream_, go_on, kValues);
      if (error) co_return error;
    }
    const auto [error, count] = co_await bhttp::async_read(stream_, buffer_, parser, kValues);
    co_return error;
  }

  Coroutine<bool> AnswerIt(const ExchangePtr& exchange, bool keep_alive) {
    const auto executor = stream_.get_executor();
    const auto waiter = std::make_shared<Waiter>(executor);
    exchange->answer = AnswerTo(waiter, executor);
    hub_.service().Handle(exchange);
    WatchForItsEnd(stream_, waiter);
    bool good = false;
    if (exchange->live) {
      good = co_await StreamEvents(*exchange, waiter);
    } else {
      co_await waiter->bell.Wait();
      stream_.socket().cancel();  // The watch.
      if (!waiter->gone) good = co_await Write(*exchange, *std::move(waiter->response), keep_alive);
    }
    if (waiter->gone || !good) hub_.service().Abandon(*exchange);
    co_return good && !waiter->gone && keep_alive && !hub_.draining();
  }

  Coroutine<bool> Write(const serve::Exchange& exchange, Response response, bool keep_alive) {
    hub_.service().Finish(exchange, &response);
    auto message = HeaderOf<bhttp::string_body>(response, hub_.service().CommonHeaders(exchange), version_);
    message.keep_alive(keep_alive && !hub_.draining());
    const size_t size = response.body.size();
    if (response.status != 204 && response.status != 304) message.content_length(size);
    if (!is_head_) message.body() = std::move(response.body);
    constexpr int64_t kBytesPerMs = 64;
    stream_.expires_after(Ms(hub_.config().write_time_ms() + static_cast<int64_t>(size) / kBytesPerMs));
    bhttp::response_serializer<bhttp::string_body> serializer(message);
    if (is_head_) {
      const auto [error, count] = co_await bhttp::async_write_header(stream_, serializer, kValues);
      co_return !error;
    }
    const auto [error, count] = co_await bhttp::async_write(stream_, serializer, kValues);
    co_return !error;
  }

  // An event for each piece of output, and the answer as the last.
  Coroutine<bool> StreamEvents(serve::Exchange& exchange, const WaiterPtr& waiter) {
    const auto output = std::make_shared<Output>(waiter, stream_.get_executor());
    output->Add("stdout", std::move(exchange.live->stdout_pipe));
    output->Add("stderr", std::move(exchange.live->stderr_pipe));
    output->Add(exchange.live->notes_name, std::move(exchange.live->notes), /*lines=*/true);
    auto message = HeaderOf<bhttp::empty_body>({.content_type = serve::kEventStream},
                                               hub_.service().CommonHeaders(exchange), version_);
    message.chunked(true);
    message.keep_alive(!hub_.draining());
    bhttp::response_serializer<bhttp::empty_body> serializer(message);
    stream_.expires_after(Ms(hub_.config().write_time_ms()));
    const auto [error, count] = co_await bhttp::async_write_header(stream_, serializer, kValues);
    bool good = !error;
    bool over = false;
    while (good && !over && !waiter->gone) {
      constexpr auto kSilence = std::chrono::seconds(15);
      const bool rang = co_await waiter->bell.Wait(std::chrono::steady_clock::now() + kSilence);
      over = waiter->answered && output->ended();
      std::string events = rang ? "" : serve::kNoEvent;
      for (const Piece& piece : output->Take()) events += serve::PieceEvent(piece.stream, piece.text);
      if (over) events += serve::LastEvent(*waiter->response);
      if (!events.empty()) good = co_await WriteChunk(std::move(events));
    }
    stream_.socket().cancel();
    output->Close();
    if (over) hub_.service().NoteAnswer(exchange, waiter->response->status);
    if (good && over) {
      const auto [unwritten, bytes] = co_await asio::async_write(stream_, bhttp::make_chunk_last(), kValues);
      good = !unwritten;
    }
    co_return good&& over;
  }
  Coroutine<bool> WriteChunk(std::string bytes) {
    stream_.expires_after(Ms(hub_.config().write_time_ms()));
    const auto [error, count] =
        co_await asio::async_write(stream_, bhttp::make_chunk(asio::buffer(bytes)), kValues);
    co_return !error;
  }

  Coroutine<bool> Refuse(const serve::Exchange& exchange, Response response, bool keep_alive) {
    const bool written = co_await Write(exchange, std::move(response), keep_alive);
    if (written && !keep_alive) co_await Linger();
    co_return written&& keep_alive && !hub_.draining();
  }
  Coroutine<bool> RefuseUnreadable(ErrorCode error) {
    auto response = Unreadable(error, hub_.config());
    if (!response) co_return false;
    const serve::Service::Begun nobody = hub_.service().Begin({.peer = peer_});
    co_return co_await Refuse(*nobody.exchange, *std::move(response), /*keep_alive=*/false);
  }

  // What the client still sends is taken for a moment: closing at once would take the answer away from it
  // (RFC 9112, 9.6).
  Coroutine<> Linger() {
    constexpr size_t kMostBytes = size_t{8} << 20;
    ErrorCode ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(1));
    std::string sink(size_t{64} << 10, '\0');
    for (size_t taken = 0; taken < kMostBytes;) {
      const auto [error, count] = co_await stream_.async_read_some(asio::buffer(sink), kValues);
      if (error) break;
      taken += count;
    }
  }

  Hub& hub_;
  Stream stream_;
  const serve::Peer peer_;
  beast::flat_buffer buffer_;
  unsigned version_ = 11;
  bool is_head_ = false;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_SESSION_H_
