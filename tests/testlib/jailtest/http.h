// A client that says what it likes: raw bytes over TCP or a unix socket, and answers read as far as they go.
//
//   HttpClient client(port);
//   client.Send(Post("/api/execute", R"({"language":"python","code":"print(1)"})"));
//   const Answer answer = client.Read();
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_HTTP_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_HTTP_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "jail/base/fd.h"

namespace jailtest {

struct Answer {
  int status = 0;                                   // 0: none came.
  std::map<std::string, std::string> headers = {};  // Names in lower case.
  std::string body = {};
  bool whole = false;  // As much as the header promised.
};

std::string Get(const std::string& target, const std::string& more_headers = "");
// With Content-Type: application/json unless `more_headers` has one.
std::string Post(const std::string& target, const std::string& body, const std::string& more_headers = "");

class HttpClient {
 public:
  explicit HttpClient(int port);
  explicit HttpClient(const std::string& unix_path);

  bool connected() const { return fd_.valid(); }
  // False: the server has gone.
  bool Send(const std::string& bytes);
  // The next answer, chunked ones put together. Without one in time, or at the end of file, what came.
  Answer Read(absl::Duration timeout = absl::Seconds(30));
  Answer Ask(const std::string& request) {
    Send(request);
    return Read();
  }
  // Until `text` has come; what has come so far stays to be read.
  bool Await(const std::string& text, absl::Duration timeout = absl::Seconds(30));
  // Exactly so many; nothing: they do not come.
  std::optional<std::string> ReadBytes(size_t count, absl::Duration timeout = absl::Seconds(30));
  // The server closes. False: it does not, or says something.
  bool AwaitEnd(absl::Duration timeout = absl::Seconds(30));
  void Close() { fd_.Reset(); }

 private:
  bool Receive(absl::Time deadline);
  // What stands in front of `delimiter`, both taken out.
  std::optional<std::string> TakeUntil(const std::string& delimiter, absl::Time deadline);
  std::optional<std::string> Take(size_t count, absl::Time deadline);
  bool ReadChunks(std::string* body, absl::Time deadline);

  jail::Fd fd_;
  std::string received_;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_HTTP_H_
