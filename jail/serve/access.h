// Who asks, and what he may: by bearer token, by the uid at the other end of a unix socket, or by nothing
// where the configuration has it so. Also keeps web pages out that nobody let in.
#ifndef JAIL_SERVE_ACCESS_H_
#define JAIL_SERVE_ACCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/serve/http.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

struct Caller {
  std::string tenant = {};
  bool execute = false, admin = false;
  bool may(v1::Scope scope) const {
    return scope == v1::SCOPE_UNSPECIFIED || (scope == v1::SCOPE_ADMIN ? admin : execute);
  }
};

class Access {
 public:
  // `own_uid`: jaild's.
  Access(const v1::ServeConfig& config, uid_t own_uid);

  // By its header alone; or the answer that refuses it.
  std::variant<Caller, Response> Admit(const Head& head) const;
  // What a page of an allowed origin needs in every answer; nothing for all others.
  Headers CorsHeaders(const Head& head) const;
  // Whether everybody on this machine may do everything over TCP.
  bool open() const { return tokens_.empty() && !anonymous_; }

 private:
  struct Known {
    std::string digest;
    Caller caller;
  };

  bool IsOurHost(const Head& head) const;
  bool IsOurOrigin(const Head& head) const;
  std::variant<Caller, Response> ByToken(absl::string_view token) const;
  std::variant<Caller, Response> ByUid(uid_t uid) const;

  std::vector<Known> tokens_;
  bool anonymous_;
  std::vector<uid_t> uids_;
  uid_t own_uid_;
  std::vector<std::string> origins_, hosts_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_ACCESS_H_
