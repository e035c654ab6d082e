// Put in front of every TypeScript payload by the runner; see attack.py.
import * as fs from "fs";
setTimeout(() => process.exit(9), 20000).unref();
const CANARY = "/var/tmp/jailrun-canary";
const say = (text: string): void => void fs.writeSync(1, text + "\n");
const escaped = (what: string): never => { say("ESCAPE " + what); process.exit(0); };
const blocked = (why: any): never => { say("BLOCKED " + (why && why.code ? why.code : why)); process.exit(0); };
say("START @ID@");
