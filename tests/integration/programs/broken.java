public class Program {
  public static void main(String[] args) throws Exception {
    undeclared_name();
  }
}
