// What all connections of a server share. One thread.
#ifndef TOOLS_JAILD_HTTP_HUB_H_
#define TOOLS_JAILD_HTTP_HUB_H_

#include <map>
#include <set>
#include <string>

#include "jail/serve/service.h"
#include "tools/jaild/http/beast.h"

namespace jail::http {

class Hub {
 public:
  Hub(serve::Service* service, asio::io_context* io) : service_(*service), io_(*io) {}

  serve::Service& service() const { return service_; }
  const v1::ServeConfig& config() const { return service_.config(); }
  asio::io_context& io() const { return io_; }

  // Whether there is room for one more.
  bool Fits(const serve::Peer& peer) const {
    if (open_ >= config().connections()) return false;
    const auto his = by_address_.find(peer.address);
    return peer.here || peer.address.empty() || his == by_address_.end() ||
           his->second < config().connections_per_address();
  }
  void Enter(const serve::Peer& peer) {
    service_.NoteConnections(++open_);
    if (!peer.address.empty()) ++by_address_[peer.address];
  }
  void Leave(const serve::Peer& peer) {
    service_.NoteConnections(--open_);
    const auto his = by_address_.find(peer.address);
    if (his != by_address_.end() && --his->second == 0) by_address_.erase(his);
  }
  int open() const { return open_; }

  // A connection that waits for its next request; when the server ends it waits in vain.
  void Rest(Stream* stream) { idle_.insert(stream); }
  void Wake(Stream* stream) { idle_.erase(stream); }
  bool draining() const { return draining_; }
  void Drain() {
    draining_ = true;
    for (Stream* stream : idle_) stream->cancel();
  }

 private:
  serve::Service& service_;
  asio::io_context& io_;
  int open_ = 0;
  std::map<std::string, int> by_address_;
  std::set<Stream*> idle_;
  bool draining_ = false;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_HUB_H_
