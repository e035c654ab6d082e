// Doubles at each of 40 levels: no compiler finishes this.
template <int N, long M> struct Tree { static constexpr long v = Tree<N - 1, M * 2>::v + Tree<N - 1, M * 2 + 1>::v; };
template <long M> struct Tree<0, M> { static constexpr long v = M; };
int main() { return static_cast<int>(Tree<40, 1>::v); }
