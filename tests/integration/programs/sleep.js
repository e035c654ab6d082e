console.log("asleep");
setTimeout(() => {}, 20000);
