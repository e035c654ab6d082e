#include "tests/testlib/jailtest/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace jailtest {
namespace {

jail::Fd Connect(int family, const sockaddr* address, socklen_t size) {
  jail::Fd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.valid() && connect(fd.get(), address, size) != 0) fd.Reset();
  return fd;
}

}  // namespace

std::string Get(const std::string& target, const std::string& more_headers) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n", more_headers, "\r\n");
}

std::string Post(const std::string& target, const std::string& body, const std::string& more_headers) {
  const bool has_type = absl::StrContains(more_headers, "Content-Type");
  return absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: localhost\r\nContent-Length: ", body.size(),
                      "\r\n", has_type ? "" : "Content-Type: application/json\r\n", more_headers, "\r\n",
                      body);
}

HttpClient::HttpClient(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd_ = Connect(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

HttpClient::HttpClient(const std::string& unix_path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, unix_path.c_str(), sizeof address.sun_path - 1);
  fd_ = Connect(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

bool HttpClient::Send(const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

bool HttpClient::Receive(absl::Time deadline) {
  pollfd wanted = {fd_.get(), POLLIN, 0};
  const int64_t left = std::max<int64_t>(0, absl::ToInt64Milliseconds(deadline - absl::Now()));
  if (poll(&wanted, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 65536> buffer;
  const ssize_t count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  received_.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

std::optional<std::string> HttpClient::TakeUntil(const std::string& delimiter, absl::Time deadline) {
  size_t at = received_.find(delimiter);
  while (at == std::string::npos) {
    if (!Receive(deadline)) return std::nullopt;
    at = received_.find(delimiter);
  }
  std::string taken = received_.substr(0, at);
  received_.erase(0, at + delimiter.size());
  return taken;
}

std::optional<std::string> HttpClient::Take(size_t count, absl::Time deadline) {
  while (received_.size() < count) {
    if (!Receive(deadline)) return std::nullopt;
  }
  std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

bool HttpClient::ReadChunks(std::string* body, absl::Time deadline) {
  while (true) {
    const auto line = TakeUntil("\r\n", deadline);
    uint32_t size = 0;
    if (!line || !absl::SimpleHexAtoi(line->substr(0, line->find(';')), &size)) return false;
    const auto chunk = Take(size + 2, deadline);
    if (!chunk) return false;
    body->append(*chunk, 0, size);
    if (size == 0) return true;
  }
}

Answer HttpClient::Read(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  Answer answer;
  const auto head = TakeUntil("\r\n\r\n", deadline);
  if (!head) return answer;
  const std::vector<std::string> lines = absl::StrSplit(*head, "\r\n");
  if (!absl::SimpleAtoi(lines[0].substr(std::min<size_t>(9, lines[0].size()), 3), &answer.status))
    return answer;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header = absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    answer.headers[absl::AsciiStrToLower(header.first)] =
        std::string(absl::StripAsciiWhitespace(header.second));
  }
  if (answer.status == 100) return Read(deadline - absl::Now());
  size_t length = 0;
  if (answer.headers["transfer-encoding"] == "chunked") {
    answer.whole = ReadChunks(&answer.body, deadline);
  } else if (absl::SimpleAtoi(answer.headers["content-length"], &length)) {
    const auto body = Take(length, deadline);
    answer.body = body.value_or(received_);
    answer.whole = body.has_value();
  } else {
    answer.whole = true;
  }
  return answer;
}

bool HttpClient::Await(const std::string& text, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!absl::StrContains(received_, text)) {
    if (!Receive(deadline)) return false;
  }
  return true;
}

std::optional<std::string> HttpClient::ReadBytes(size_t count, absl::Duration timeout) {
  return Take(count, absl::Now() + timeout);
}

bool HttpClient::AwaitEnd(absl::Duration timeout) {
  pollfd wanted = {fd_.get(), POLLIN, 0};
  if (poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) return false;
  char byte;
  return recv(fd_.get(), &byte, 1, 0) <= 0;
}

}  // namespace jailtest
