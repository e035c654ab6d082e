// As little as a program can do: for runs by the thousand.
int main(void) { return 0; }
