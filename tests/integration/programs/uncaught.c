#include <assert.h>
int main(void) { assert(!"nobody catches this"); }
