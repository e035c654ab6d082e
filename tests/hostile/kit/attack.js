// Put in front of every JavaScript payload by the runner; see attack.py.
const fs = require("fs");
setTimeout(() => process.exit(9), 20000).unref();
const CANARY = "/var/tmp/jailrun-canary";
const say = (text) => fs.writeSync(1, text + "\n");
const escaped = (what) => { say("ESCAPE " + what); process.exit(0); };
const blocked = (why) => { say("BLOCKED " + (why && why.code ? why.code : why)); process.exit(0); };
say("START @ID@");
