// id: cc-itself
// class: compile
// phase: compile
// does: includes itself and complains each time: a flood of messages from the compiler
// promise: P17 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT|OUTPUT_LIMIT within=25
// unjailed: any
#warning flood flood flood flood flood flood flood flood flood flood flood flood flood flood flood
undeclared value;
#include __FILE__
#include __FILE__
