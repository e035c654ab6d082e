// id: cxx-template-bomb
// class: compile
// phase: compile
// does: templates that double at each of 26 levels
// promise: P14 P16 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT within=25
// unjailed: any
template <int Level, long Id> struct Tree { static constexpr long v = Tree<Level - 1, Id * 2>::v + Tree<Level - 1, Id * 2 + 1>::v; };
template <long Id> struct Tree<0, Id> { static constexpr long v = Id; };
int main() { return (int)Tree<26, 1>::v; }
