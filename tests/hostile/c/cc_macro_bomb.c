// id: cc-macro-bomb
// class: compile
// phase: compile
// does: a macro of two to the thirtieth tokens
// promise: P16 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT within=25
// unjailed: any
#define A x x x x
#define B A A A A
#define C B B B B
#define D C C C C
#define E D D D D
#define F E E E E
#define G F F F F
#define H G G G G
#define I H H H H
#define J I I I I
#define K J J J J
#define L K K K K
#define M L L L L
#define N M M M M
int main(void) { N }
