#include <iostream>
#include <string>
int main() { std::cout << std::string("hello") << std::endl; }
