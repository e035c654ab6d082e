// One word, one sentence and a colour for what became of a run.

const WORDS = {
  VERDICT_OK: ["OK", "good"],
  VERDICT_NONZERO_EXIT: ["Failed", "warn"],
  VERDICT_SIGNALED: ["Crashed", "bad"],
  VERDICT_COMPILE_ERROR: ["Does not compile", "warn"],
  VERDICT_CPU_TIME_LIMIT: ["CPU time limit", "bad"],
  VERDICT_WALL_TIME_LIMIT: ["Time limit", "bad"],
  VERDICT_IDLE_TIME_LIMIT: ["Idle time limit", "bad"],
  VERDICT_MEMORY_LIMIT: ["Memory limit", "bad"],
  VERDICT_OUTPUT_LIMIT: ["Output limit", "bad"],
  VERDICT_DISK_LIMIT: ["Disk limit", "bad"],
  VERDICT_SYSCALL_DENIED: ["Denied system calls", "bad"],
  VERDICT_CANCELLED: ["Stopped", "warn"],
};

export const IDLE = {word: "Ready", kind: "idle", sentence: ""};
export const RUNNING = {word: "Running …", kind: "busy", sentence: ""};
export const STOPPED = {word: "Stopped", kind: "warn", sentence: "By you."};

export function ofRecord(record) {
  const [word, kind] = WORDS[record.verdict] ?? [record.verdict, "bad"];
  return {word, kind, sentence: record.summary};
}

export function ofError({error, code, field}) {
  if (code === "cancelled") return STOPPED;  // Before it had begun.
  const word = code === "unauthorized" ? "A token is needed" : "Not run";
  return {word, kind: "bad", sentence: [field, error].filter(Boolean).join(": ")};
}
