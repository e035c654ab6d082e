const held = new ArrayBuffer(2 ** 45);  // More than the machine has; V8 asks and is refused.
