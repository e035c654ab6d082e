public class Program {
  public static void main(String[] args) throws Exception {
    throw new Exception("nobody catches this");
  }
}
