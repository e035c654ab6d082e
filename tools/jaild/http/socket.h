// One WebSocket: its first message says what is to be run, later ones are for the program.
#ifndef TOOLS_JAILD_HTTP_SOCKET_H_
#define TOOLS_JAILD_HTTP_SOCKET_H_

#include <signal.h>

#include <boost/beast/websocket.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/serve/error.h"
#include "jail/serve/routes.h"
#include "jail/serve/socket.h"
#include "tools/jaild/http/feed.h"
#include "tools/jaild/http/hub.h"
#include "tools/jaild/http/messages.h"
#include "tools/jaild/http/output.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

class Socket {
 public:
  Socket(Hub* hub, Stream stream, std::shared_ptr<serve::Exchange> exchange)
      : hub_(*hub),
        exchange_(std::move(exchange)),
        protocol_(*exchange_->route->socket),
        socket_(std::move(stream)),
        waiter_(std::make_shared<Waiter>(socket_.get_executor())),
        output_(std::make_shared<Output>(waiter_, socket_.get_executor())),
        stdin_(std::make_shared<Feed>()),
        answers_(std::make_shared<Feed>()),
        signals_(std::make_shared<Feed>()) {}

  Coroutine<> Run(const Request& request) {
    if (!co_await Accept(request)) co_return;
    const std::optional<v1::ClientMessage> first = co_await ReadFirst();
    if (!first) co_return;
    exchange_->answer = AnswerTo(waiter_, socket_.get_executor());
    serve::StartLive(hub_.service(), exchange_, *first);
    KeepAlive();
    if (exchange_->live) Connect(*exchange_->live);
    const std::string began = exchange_->live ? protocol_.began(hub_.service(), *first) : "";
    bool good = true;
    if (!began.empty()) good = co_await Say(began);
    // It lives as long as it reads; the end of this socket ends that.
    bool reading = true;
    asio::co_spawn(socket_.get_executor(), ReadOn(&reading), asio::detached);
    if (good) good = co_await TellAll();
    if (!good || waiter_->gone) hub_.service().Abandon(*exchange_);
    output_->Close();
    for (const auto& feed : {stdin_, answers_, signals_}) feed->Close();
    if (good && !waiter_->gone) co_await Close(End());
    beast::get_lowest_layer(socket_).close();
    while (reading) co_await read_.Wait();
  }

 private:
  using WebSocket = beast::websocket::stream<Stream>;
  using CloseReason = beast::websocket::close_reason;

  Coroutine<bool> Accept(const Request& request) {
    beast::get_lowest_layer(socket_).expires_never();
    socket_.set_option(beast::websocket::stream_base::timeout{Ms(hub_.config().header_time_ms()),
                                                              Ms(hub_.config().idle_time_ms()), false});
    socket_.set_option(beast::websocket::stream_base::decorator(
        [headers = hub_.service().CommonHeaders(*exchange_)](beast::websocket::response_type& response) {
          response.set(bhttp::field::server, "jaild");
          for (const auto& [name, value] : headers) response.set(name, value);
        }));
    socket_.auto_fragment(false);  // A message is a frame: not every client puts them together.
    socket_.read_message_max(static_cast<size_t>(hub_.config().body_bytes()));
    const auto [error] = co_await socket_.async_accept(request, kValues);
    co_return !error;
  }

  // Nothing: it was told why not, or has gone.
  Coroutine<std::optional<v1::ClientMessage>> ReadFirst() {
    asio::co_spawn(socket_.get_executor(), AwaitFirst(), asio::detached);
    beast::flat_buffer buffer;
    const auto [error, count] = co_await socket_.async_read(buffer, kValues);
    first_.Ring();
    co_await awaited_.Wait();
    if (error) co_return std::nullopt;
    serve::Heard first = {absl::InvalidArgumentError("the message: is no text")};
    if (socket_.got_text())
      first = protocol_.read(hub_.service(), beast::buffers_to_string(buffer.data()), /*first=*/true);
    if (first.message.ok()) co_return *std::move(first.message);
    waiter_->response = serve::ErrorResponse(first.message.status());
    wrong_ = first.wrong;
    if (co_await SayLast()) co_await Close(End());
    co_return std::nullopt;
  }
  // By the end of this socket, where that may not be long.
  Coroutine<> AwaitFirst() {
    const auto until = std::chrono::steady_clock::now() + Ms(protocol_.first_within_ms);
    const bool came = protocol_.first_within_ms == 0 || co_await first_.Wait(until);
    if (!came) co_await Close(serve::SocketEnd::kSilent);
    awaited_.Ring();
  }

  // From here on a client that is there answers pings; who waits for a program may be silent.
  void KeepAlive() {
    socket_.set_option(beast::websocket::stream_base::timeout{Ms(hub_.config().write_time_ms()),
                                                              Ms(hub_.config().idle_time_ms()), true});
  }

  void Connect(serve::Live& live) {
    output_->AddPhases(live);
    output_->Add("call", std::move(live.calls), /*lines=*/true);
    const auto most = static_cast<size_t>(hub_.config().body_bytes());
    stdin_->Start(socket_.get_executor(), std::move(live.stdin_pipe), most);
    answers_->Start(socket_.get_executor(), std::move(live.answers), most);
    signals_->Start(socket_.get_executor(), std::move(live.signals), most);
  }

  // Everything up to the answer. False: nobody hears it.
  Coroutine<bool> TellAll() {
    bool over = false;
    while (!over && !waiter_->gone) {
      co_await waiter_->bell.Wait();
      over = waiter_->answered && output_->ended();
      for (const Piece& piece : output_->Take()) {
        if (!co_await Say(protocol_.piece(piece.stream, piece.text)))
          co_return false;  // An empty one is none.
      }
    }
    if (!over) co_return false;
    co_return co_await SayLast();
  }
  serve::SocketEnd End() const {
    return waiter_->response->status == 200 ? serve::SocketEnd::kAnswered
                                            : wrong_.value_or(serve::SocketEnd::kError);
  }
  Coroutine<bool> SayLast() {
    if (!protocol_.closing(End()).told) co_return true;
    for (const std::string& message : protocol_.last(*waiter_->response)) {
      if (!co_await Say(message)) co_return false;
    }
    co_return true;
  }
  Coroutine<bool> Say(std::string message) {
    if (message.empty()) co_return true;
    socket_.text(true);
    const auto [error, count] = co_await socket_.async_write(asio::buffer(message), kValues);
    co_return !error;
  }
  Coroutine<> Close(serve::SocketEnd end) {
    const serve::Closing closing = protocol_.closing(end);
    const auto code = static_cast<beast::websocket::close_code>(closing.code);
    co_await socket_.async_close(CloseReason(code, closing.reason), kValues);
  }

  // Until the connection ends.
  Coroutine<> ReadOn(bool* reading) {
    while (true) {
      beast::flat_buffer buffer;
      const auto [error, count] = co_await socket_.async_read(buffer, kValues);
      if (error) break;
      const absl::Status heard = Hear(beast::buffers_to_string(buffer.data()), socket_.got_text());
      if (heard.ok() || waiter_->answered) continue;  // After the answer it is for nobody.
      // What it says is not understood: the run ends, and that is the answer.
      AnswerTo(waiter_, socket_.get_executor())(serve::ErrorResponse(heard));
      hub_.service().Abandon(*exchange_);
      output_->Close();
    }
    if (!waiter_->answered) {
      waiter_->gone = true;
      waiter_->bell.Ring();
    }
    *reading = false;
    read_.Ring();
  }

  absl::Status Hear(const std::string& message, bool is_text) {
    if (!is_text) return stdin_->Add(message, "stdin");
    const serve::Heard heard = protocol_.read(hub_.service(), message, /*first=*/false);
    if (!heard.message.ok()) {
      wrong_ = heard.wrong;
      return heard.message.status();
    }
    switch (heard.message->kind_case()) {
      case v1::ClientMessage::kStdinEnd:
        stdin_->End();
        return absl::OkStatus();
      case v1::ClientMessage::kAnswerJson:
        return answers_->Add(absl::StrCat(heard.message->answer_json(), "\n"), "answer_json");
      case v1::ClientMessage::kSignal:
        return SendSignal(heard.message->signal());
      default:
        return stdin_->Add(heard.message->stdin(), "stdin");
    }
  }
  absl::Status SendSignal(const std::string& name) {
    JAIL_ASSIGN_OR_RETURN(const int number, serve::SignalNumber(name));
    if (number != SIGKILL) return signals_->Add(std::string(1, static_cast<char>(number)), "signal");
    hub_.service().Abandon(*exchange_);
    return absl::OkStatus();
  }

  Hub& hub_;
  const std::shared_ptr<serve::Exchange> exchange_;
  const serve::SocketProtocol& protocol_;
  WebSocket socket_;
  const WaiterPtr waiter_;
  const std::shared_ptr<Output> output_;
  const std::shared_ptr<Feed> stdin_, answers_, signals_;
  std::optional<serve::SocketEnd> wrong_;  // What the client has done.
  Bell first_{socket_.get_executor()}, awaited_{socket_.get_executor()}, read_{socket_.get_executor()};
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_SOCKET_H_
