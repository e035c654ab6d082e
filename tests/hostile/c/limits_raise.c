// id: limits-raise
// class: posture
// does: raises each of its hard limits by one
// promise: P32
// expect: OK
// unjailed: blocked
static int which;
static struct rlimit limit;
static long raise_it(void) { struct rlimit more = limit; more.rlim_max++; return setrlimit((unsigned)which, &more); }
static void attack(void) {
  int error = EPERM;
  for (which = 0; which < 16; which++) {
    if (getrlimit((unsigned)which, &limit) < 0 || limit.rlim_max == RLIM_INFINITY) continue;
    if ((error = attempt(raise_it)) == 0) escaped("hard limit %d raised", which);
  }
  blocked(error);
}
