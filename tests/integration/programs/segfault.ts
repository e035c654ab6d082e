process.kill(process.pid, "SIGSEGV");  // Pure JavaScript cannot fault; the signal is the same.
setInterval(() => {}, 1000);
