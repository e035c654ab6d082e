// The program's own node, told a smaller heap than the jail's; it ends as that one did.
const { spawnSync } = require('child_process');
const r = spawnSync(process.execPath, ['--max-old-space-size=24', '-e', 'const a=[];for(;;)a.push({x:1})'], { stdio: 'inherit' });
process.kill(process.pid, r.signal);
