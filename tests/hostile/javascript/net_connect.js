// id: net-connect
// class: net
// does: fetches from the host's loopback over TCP, from the runtime's own event loop
// promise: P13
// expect: OK
// unjailed: escape
const socket = require("net").connect(47998, "127.0.0.1");
socket.on("connect", () => escaped("connected"));
socket.on("error", blocked);
setTimeout(() => blocked("no answer"), 1500);
