const held = [];
for (let i = 0; i < 64; i++) held.push(Buffer.alloc(16 << 20, 1));
console.log("held", held.length);
