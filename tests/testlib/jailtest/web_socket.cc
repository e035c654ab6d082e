#include "tests/testlib/jailtest/web_socket.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace jailtest {
namespace {

unsigned At(const std::string& bytes, size_t index) { return static_cast<unsigned char>(bytes[index]); }

std::string BigEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

}  // namespace

WebSocketClient::WebSocketClient(int port, const std::string& target, const std::string& more_headers)
    : client_(port) {
  client_.Send(
      Get(target, absl::StrCat("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                               more_headers)));
  answer_ = client_.Read();
}

// Masked with zeros, which a server must take as any other mask.
void WebSocketClient::Send(unsigned opcode, const std::string& payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const size_t size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += BigEndian(size, 2);
  } else {
    frame += static_cast<char>(0x80 | 127);
    frame += BigEndian(size, 8);
  }
  client_.Send(absl::StrCat(frame, std::string(4, '\0'), payload));
}

std::optional<std::string> WebSocketClient::Hear() {
  while (true) {
    const auto begin = client_.ReadBytes(2);
    if (!begin) return std::nullopt;
    uint64_t size = At(*begin, 1);
    if (size >= 126) {
      const auto longer = client_.ReadBytes(size == 126 ? 2 : 8);
      if (!longer) return std::nullopt;
      size = 0;
      for (size_t i = 0; i < longer->size(); ++i) size = size << 8 | At(*longer, i);
    }
    const auto payload = client_.ReadBytes(size);
    if (!payload) return std::nullopt;
    const unsigned opcode = At(*begin, 0) & 15;
    if (opcode == kText || opcode == kBinary) return payload;
    if (opcode == kPing) Send(kPong, *payload);
    if (opcode != kClose) continue;
    if (payload->size() >= 2) close_code_ = static_cast<int>(At(*payload, 0) << 8 | At(*payload, 1));
    Send(kClose, *payload);
    return std::nullopt;
  }
}

std::string WebSocketClient::HearAll() {
  std::string all;
  while (const auto message = Hear()) absl::StrAppend(&all, *message, "\n");
  return all;
}

}  // namespace jailtest
