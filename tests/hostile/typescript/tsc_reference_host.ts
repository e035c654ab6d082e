// id: tsc-reference-host
// class: compile
// phase: compile
// does: has the compiler read host files by every way that its language has, for it to quote them
// promise: P1 P28 P29
// expect: COMPILE_ERROR
// unjailed: any
/// <reference path="/var/tmp/jailrun-canary/open" />
/// <reference path="/proc/self/environ" />
/// <reference types="/var/tmp/jailrun-canary/open" />
import one from "/var/tmp/jailrun-canary/open";
import two = require("/var/tmp/jailrun-canary/open.json");
import three from "../../../../../../proc/1/environ" with { type: "json" };
export * from "/root/.profile.js";
console.log(one, two, three);
