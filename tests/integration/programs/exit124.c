int main(void) { return 124; }
