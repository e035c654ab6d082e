// Attacks by sockets: families whose code nobody should reach, doctor's own listeners, the world.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

constexpr int kAlg = 38, kVsock = 40, kBluetooth = 31, kCan = 29, kXdp = 44, kTipc = 30;

template <int kFamily, int kType>
int Open() {
  return Result(socket(kFamily, kType | SOCK_CLOEXEC, 0));
}

template <int kFamily>
constexpr Try kFamilyTries[] = {
    {"stream", Open<kFamily, SOCK_STREAM>},
    {"datagram", Open<kFamily, SOCK_DGRAM>},
    {"raw", Open<kFamily, SOCK_RAW>},
    {"sequenced", Open<kFamily, SOCK_SEQPACKET>},
    {},
};

constexpr Try kOtherFamilies[] = {
    {"raw IPv4", Open<AF_INET, SOCK_RAW>},
    {"raw IPv6", Open<AF_INET6, SOCK_RAW>},
    {"bluetooth", Open<kBluetooth, SOCK_RAW>},
    {"CAN", Open<kCan, SOCK_RAW>},
    {"XDP", Open<kXdp, SOCK_RAW>},
    {"TIPC", Open<kTipc, SOCK_SEQPACKET>},
    {"key", Open<15 /* AF_KEY */, SOCK_RAW>},
    {"RDS", Open<21 /* AF_RDS */, SOCK_SEQPACKET>},
    {},
};

int ConnectTo(int family, int type, const void* address, size_t size) {
  const int fd = socket(family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  return Result(connect(fd, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)));
}

int ConnectV4(const char* text, int type, int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, text, &address.sin_addr);
  return ConnectTo(AF_INET, type, &address, sizeof address);
}

int ConnectV6(const char* text, int type, int port) {
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET6, text, &address.sin6_addr);
  return ConnectTo(AF_INET6, type, &address, sizeof address);
}

// The abstract namespace goes with the network namespace.
int ConnectAbstract() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const size_t length = strnlen(Told("abstract"), sizeof address.sun_path - 1);
  memcpy(address.sun_path + 1, Told("abstract"), length);
  return ConnectTo(AF_UNIX, SOCK_STREAM, &address, offsetof(sockaddr_un, sun_path) + 1 + length);
}

constexpr Try kHost[] = {
    {"127.0.0.1", [] { return ConnectV4("127.0.0.1", SOCK_STREAM, ToldNumber("port")); }},
    {"0.0.0.0", [] { return ConnectV4("0.0.0.0", SOCK_STREAM, ToldNumber("port")); }},
    {"::ffff:127.0.0.1", [] { return ConnectV6("::ffff:127.0.0.1", SOCK_STREAM, ToldNumber("port")); }},
    {"an abstract Unix socket", ConnectAbstract},
    {},
};

// Addresses for documentation; connecting a datagram socket asks for a route and sends nothing.
constexpr Try kOut[] = {
    {"an IPv4 route", [] { return ConnectV4("192.0.2.1", SOCK_DGRAM, 9); }},
    {"an IPv6 route", [] { return ConnectV6("2001:db8::1", SOCK_DGRAM, 9); }},
    {},
};

}  // namespace

const Attack kNetworkAttacks[] = {
    {"socket-netlink", kFamilyTries<AF_NETLINK>, nullptr},
    {"socket-packet", kFamilyTries<AF_PACKET>, nullptr},
    {"socket-vsock", kFamilyTries<kVsock>, nullptr},
    {"socket-alg", kFamilyTries<kAlg>, nullptr},
    {"socket-others", kOtherFamilies, nullptr},
    {"host-listener", kHost, nullptr},
    {"network", kOut, nullptr},
    {},
};

}  // namespace jail::attack
