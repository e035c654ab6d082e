// id: javac-processor
// class: compile
// does: an annotation processor in the same file: would run in the compiler
// promise: P28
// phase: compile
// expect: OK|COMPILE_ERROR
// unjailed: any
import java.util.*;
import javax.annotation.processing.*;
import javax.lang.model.element.*;

@SupportedAnnotationTypes("*")
public class Main extends AbstractProcessor {
  static {
    System.out.println(ProcessHandle.current().info().commandLine().orElse("").contains("Build")
        ? "ESCAPE the processor ran in javac" : "START javac-processor");
  }

  public boolean process(Set<? extends TypeElement> types, RoundEnvironment round) {
    System.out.println("ESCAPE the processor ran in javac");
    return false;
  }

  public static void main(String[] args) {
    System.out.println("BLOCKED see the host's checks");
  }
}
