// A WebSocket client for tests (RFC 6455): text messages out, text messages in.
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_WEB_SOCKET_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_WEB_SOCKET_H_

#include <optional>
#include <string>

#include "tests/testlib/jailtest/http.h"

namespace jailtest {

class WebSocketClient {
 public:
  WebSocketClient(int port, const std::string& target, const std::string& more_headers = "");

  // The answer to the handshake.
  const Answer& answer() const { return answer_; }
  void Say(const std::string& text) { Send(kText, text); }
  void SayBinary(const std::string& bytes) { Send(kBinary, bytes); }
  // The next text; nothing: the server has closed, see close_code, or is gone.
  std::optional<std::string> Hear();
  // Everything up to the close.
  std::string HearAll();
  int close_code() const { return close_code_; }
  // Without a word.
  void Vanish() { client_.Close(); }

 private:
  static constexpr unsigned kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
  void Send(unsigned opcode, const std::string& payload);

  HttpClient client_;
  Answer answer_;
  int close_code_ = 0;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_WEB_SOCKET_H_
