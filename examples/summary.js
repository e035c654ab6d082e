// Reads lines "name amount" from standard input and leaves a file behind:
//   printf 'ann 3\nbob 4\nann 5\n' | jailrun --get summary.json examples/summary.js && cat summary.json
const fs = require("fs");

const totals = {};
for (const line of fs.readFileSync(0, "utf8").split("\n")) {
  const [name, amount] = line.trim().split(/\s+/);
  if (name) totals[name] = (totals[name] ?? 0) + Number(amount);
}
fs.writeFileSync("summary.json", JSON.stringify(totals, null, 2) + "\n");
console.log(`${Object.keys(totals).length} names`);
