#include <vector>
int main(int argc, char**) { return std::vector<char>((1ull << 46) + static_cast<unsigned>(argc)).back(); }
