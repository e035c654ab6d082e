// id: javac-subtypes
// class: compile
// phase: compile
// does: asks whether one type is a subtype of another, which grows with every step of the answer
// promise: P14 P16 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT
// unjailed: any
public class Main {
  interface N<Z> {}

  interface C<X> extends N<N<? super C<C<X>>>> {}

  static N<? super C<Byte>> ask(C<Byte> it) {
    return it;
  }

  public static void main(String[] args) {
    System.out.println(ask(null));
  }
}
