// jailrun call examples/call/prices.js --input '["tea","milk"]' --function price --host-command examples/call/handler.py
const prices = input.map((name) => ({ name, cents: price(name) }));
console.log("asked for", prices.length);
return { total: prices.reduce((sum, { cents }) => sum + cents, 0), prices };
