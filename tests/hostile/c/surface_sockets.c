// id: surface-sockets
// class: surface
// does: a socket of every family but Unix and the two Internet ones, and raw ones of those
// promise: P12 P13
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static int family, kind;
static long open_one(void) { return socket(family, kind, 0); }
static void attack(void) {
  int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM}, error = 0;
  for (family = 1; family < 46; family++) {
    for (int k = 0; k < 5; k++) {
      kind = kinds[k];
      int ordinary = family == AF_UNIX || ((family == AF_INET || family == AF_INET6) && kind != SOCK_RAW && kind != SOCK_SEQPACKET);
      if (!ordinary && (error = attempt(open_one)) == 0) escaped("family %d kind %d", family, kind);
    }
  }
  blocked(error);
}
