#!/usr/bin/env node
// The same as handler.py, for Node.js.
import { createInterface } from "node:readline";

const PRICES = new Map([["tea", 250], ["milk", 120]]);

function price(name) {
  if (!PRICES.has(name)) throw new Error(`no price for ${name}`);
  return PRICES.get(name);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, args } = JSON.parse(line);
  let answer;
  try {
    answer = { id, ok: true, value: price(...args) };
  } catch (error) {
    answer = { id, ok: false, error: error.message };
  }
  console.log(JSON.stringify(answer));
}
