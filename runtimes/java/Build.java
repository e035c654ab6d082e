import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * javac and jar in one JVM: compiles every .java file below the work directory into one jar whose manifest names the
 * class to start.
 *
 * <pre>Build OUT.jar WORK ENTRY [OPTION...]     options are javac's</pre>
 *
 * A public class may be in a file of any name. The class to start is one with `public static void main(String[])`: of
 * the entry's classes a public one, else its first; else the first of any other file. Annotation processors never run.
 */
public final class Build {
  private final Path work;
  private final String entry;
  private final Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();
  private String main;
  private int mainRank;

  private Build(Path work, String entry) {
    this.work = work;
    this.entry = entry;
  }

  public static void main(String[] args) throws IOException {
    Path work = Path.of(args[1]);
    Build build = new Build(work, work.relativize(Path.of(args[2])).toString());
    List<String> options = new ArrayList<>(List.of(args).subList(3, args.length));
    if (!build.compile(options)) System.exit(1);
    if (build.main == null) {
      System.err.println("error: no class has a method public static void main(String[] args)");
      System.exit(1);
    }
    build.writeJar(Path.of(args[0]));
  }

  private boolean compile(List<String> options) throws IOException {
    options.addAll(List.of("-proc:none", "-implicit:none", "-encoding", "UTF-8"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    standard.setLocation(javax.tools.StandardLocation.CLASS_PATH, List.of());
    PrintWriter out = new PrintWriter(System.err, false, StandardCharsets.UTF_8);
    JavacTask task =
        (JavacTask) compiler.getTask(out, new InMemory(standard), null, options, null, sources());
    task.addTaskListener(
        new TaskListener() {
          @Override
          public void finished(TaskEvent event) {
            if (event.getKind() == TaskEvent.Kind.ANALYZE && event.getTypeElement() != null)
              considerMain(task, event.getTypeElement(), event.getSourceFile());
          }
        });
    boolean done = task.call();
    out.flush();
    return done;
  }

  private List<JavaFileObject> sources() throws IOException {
    List<JavaFileObject> sources = new ArrayList<>(List.of(new Source(entry)));
    try (Stream<Path> found = Files.walk(work)) {
      found
          .filter(path -> path.toString().endsWith(".java") && Files.isRegularFile(path))
          .map(path -> work.relativize(path).toString())
          .filter(name -> !name.equals(entry))
          .sorted()
          .forEach(name -> sources.add(new Source(name)));
    }
    return sources;
  }

  /** A source by the name its owner knows; it may hold public classes of other names. */
  private final class Source extends SimpleJavaFileObject {
    private final String name;

    Source(String name) {
      super(URI.create("source:///" + name.chars().mapToObj(Source::escaped).reduce("", String::concat)), Kind.SOURCE);
      this.name = name;
    }

    private static String escaped(int c) {
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '/' || c == '.' || c == '_' || c == '-');
      return plain ? Character.toString(c) : "%20";
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isNameCompatible(String simpleName, Kind kind) {
      return !simpleName.endsWith("-info") || name.endsWith(simpleName + kind.extension);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
      return Files.readString(work.resolve(name));
    }
  }

  /** Keeps the classes; everything else is the standard manager's. */
  private final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
    InMemory(StandardJavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location, String className, Kind kind, FileObject sibling) {
      String path = className.replace('.', '/') + kind.extension;
      return new SimpleJavaFileObject(URI.create("class:///x"), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          classes.put(path, bytes);
          return bytes;
        }
      };
    }
  }

  private void considerMain(JavacTask task, TypeElement type, JavaFileObject file) {
    boolean inEntry = file instanceof Source && ((Source) file).name.equals(entry);
    int rank = (inEntry ? 2 : 0) + (type.getModifiers().contains(Modifier.PUBLIC) ? 1 : 0) + 1;
    if (rank <= mainRank || !hasMain(task, type)) return;
    mainRank = rank;
    main = task.getElements().getBinaryName(type).toString();
  }

  private static boolean hasMain(JavacTask task, TypeElement type) {
    for (Element member : task.getElements().getAllMembers(type)) {
      if (member.getKind() == ElementKind.METHOD
          && member.getSimpleName().contentEquals("main")
          && member.getModifiers().containsAll(List.of(Modifier.PUBLIC, Modifier.STATIC))
          && takesStrings((ExecutableElement) member)) return true;
    }
    return false;
  }

  private static boolean takesStrings(ExecutableElement method) {
    return method.getReturnType().getKind() == TypeKind.VOID
        && method.getParameters().size() == 1
        && method.getParameters().get(0).asType().toString().equals("java.lang.String[]");
  }

  /** Stored, not compressed: it is read once. Resources are looked for in the work directory as well. */
  private void writeJar(Path out) throws IOException {
    try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(out))) {
      jar.setMethod(ZipOutputStream.STORED);
      put(jar, "META-INF/MANIFEST.MF", manifest().getBytes(StandardCharsets.UTF_8));
      for (Map.Entry<String, ByteArrayOutputStream> one : classes.entrySet())
        put(jar, one.getKey(), one.getValue().toByteArray());
    }
  }

  private String manifest() {
    StringBuilder text = new StringBuilder("Manifest-Version: 1.0\r\n");
    appendLine(text, "Main-Class: " + main);
    appendLine(text, "Class-Path: " + work.toUri().getPath().replaceAll("/*$", "/"));
    return text.toString();
  }

  /** At most 72 bytes a line; the rest goes on behind a blank. */
  private static void appendLine(StringBuilder text, String line) {
    int room = 72;
    for (int at = 0; at < line.length(); ) {
      int next = line.offsetByCodePoints(at, 1);
      String character = line.substring(at, next);
      int bytes = character.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > room) {
        text.append("\r\n ");
        room = 71;
      }
      text.append(character);
      room -= bytes;
      at = next;
    }
    text.append("\r\n");
  }

  private static void put(ZipOutputStream jar, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(bytes.length);
    entry.setCompressedSize(bytes.length);
    entry.setCrc(crc.getValue());
    entry.setTime(315619200000L);
    jar.putNextEntry(entry);
    jar.write(bytes);
    jar.closeEntry();
  }
}
