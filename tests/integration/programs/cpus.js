console.log("cpus", require("os").availableParallelism());
