// id: cxx-error-novel
// class: compile
// phase: compile
// does: one small mistake whose message is megabytes long
// promise: P17 P28
// expect: COMPILE_ERROR|OUTPUT_LIMIT|MEMORY_LIMIT|CPU_TIME_LIMIT|WALL_TIME_LIMIT within=25
// unjailed: any
#include <map>
#include <string>
#include <tuple>
#include <vector>
template <int N> struct Deep { typedef std::map<typename Deep<N - 1>::type, std::vector<typename Deep<N - 1>::type>> type; };
template <> struct Deep<0> { typedef std::map<std::string, std::tuple<std::string, std::string>> type; };
int main() { Deep<8>::type a; Deep<7>::type b = a; return b << a; }
