// id: java-connect
// class: net
// does: connects to the host's loopback
// promise: P13
// expect: OK
// unjailed: escape
class Attack extends Kit {
  static void attack() throws Throwable {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", 47998), 1500);
      escaped("connected");
    } catch (IOException e) {
      blocked(e);
    }
  }
}
