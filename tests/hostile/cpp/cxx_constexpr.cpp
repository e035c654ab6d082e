// id: cxx-constexpr
// class: compile
// phase: compile
// does: arithmetic at compile time, each piece just below the compiler's own step limit
// promise: P16 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT within=25
// unjailed: any
constexpr unsigned burn(unsigned seed) {
  for (unsigned i = 0; i < 250000; i++) seed = seed * 1664525u + i;
  return seed;
}
template <unsigned N> struct Chain { static constexpr unsigned v = burn(N) + Chain<N - 1>::v; };
template <> struct Chain<0> { static constexpr unsigned v = 0; };
int main() { static_assert(Chain<800>::v != 1, ""); }
