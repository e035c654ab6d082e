public class Program {
  public static void main(String[] args) throws Exception {
    System.exit(7);
  }
}
