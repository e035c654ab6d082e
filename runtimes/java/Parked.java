import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Started ahead of its job, in the jail that is to be the job's alone: waits for what it is to compile, or to run, and
 * does that.
 *
 * <pre>Parked compile|run DESCRIPTOR</pre>
 *
 * A program to run comes as a jar, of which nothing is written anywhere; its classes say that they are from /app as
 * those of a cold start are. Of traces the frames of this class are taken away.
 */
public final class Parked {
  private static final String JAR = "/app/program.jar";

  private Parked() {}

  public static void main(String[] args) throws Throwable {
    boolean compiles = args[0].equals("compile");
    FileDescriptor channel = descriptor(Integer.parseInt(args[1]));
    if (compiles) {
      warmCompiler();
    } else {
      warmLibrary();
    }
    String[] job;
    Map<String, byte[]> jar = Map.of();
    try (FileInputStream in = new FileInputStream(channel)) {
      new FileOutputStream(channel).write('R');
      DataInputStream told = read(in);
      job = new String[told.readInt()];
      for (int i = 0; i < job.length; i++) job[i] = new String(next(told));
      for (int left = told.readInt(); left > 0; left--) write(Path.of(new String(next(told))), next(told));
      for (int left = told.readInt(); left > 0; left--) {
        next(told);
        jar = unpack(next(told));
      }
    }
    if (compiles) {
      Build.main(job);
    } else {
      run(jar, Arrays.copyOfRange(job, 1, job.length));
    }
  }

  private static FileDescriptor descriptor(int number) throws ReflectiveOperationException {
    FileDescriptor descriptor = new FileDescriptor();
    Field field = FileDescriptor.class.getDeclaredField("fd");
    field.setAccessible(true); // Opened to us by --add-opens.
    field.setInt(descriptor, number);
    return descriptor;
  }

  /** All of it at once, so that the end of the channel is seen here or nowhere. */
  private static DataInputStream read(InputStream in) throws IOException {
    DataInputStream whole = new DataInputStream(in);
    try {
      byte[] told = new byte[whole.readInt()];
      whole.readFully(told);
      return new DataInputStream(new ByteArrayInputStream(told));
    } catch (EOFException nobodyWantsItAnyMore) {
      Runtime.getRuntime().halt(0);
      throw nobodyWantsItAnyMore;
    }
  }

  private static byte[] next(DataInputStream told) throws IOException {
    return told.readNBytes(told.readInt());
  }

  private static void write(Path file, byte[] content) throws IOException {
    if (file.getParent() != null) Files.createDirectories(file.getParent());
    try (FileOutputStream out = new FileOutputStream(file.toFile())) { // A channel would leave a descriptor.
      out.write(content);
    }
  }

  private static Map<String, byte[]> unpack(byte[] jar) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
      files.put("Main-Class", in.getManifest().getMainAttributes().getValue("Main-Class").getBytes());
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry())
        files.put(entry.getName(), in.readAllBytes());
    }
    return files;
  }

  private static void run(Map<String, byte[]> jar, String[] args) throws Throwable {
    System.setProperty("java.class.path", JAR);
    System.setProperty("sun.java.command", String.join(" ", Stream.concat(Stream.of(JAR), Stream.of(args)).toList()));
    String main = new String(jar.remove("Main-Class"));
    ClassLoader program = new Program(jar);
    Thread.currentThread().setContextClassLoader(program);
    try {
      Method method = Class.forName(main, true, program).getMethod("main", String[].class);
      method.setAccessible(true); // Its class need not be public.
      method.invoke(null, (Object) args);
    } catch (InvocationTargetException thrown) {
      forget(thrown.getCause(), Collections.newSetFromMap(new IdentityHashMap<>()));
      throw thrown.getCause();
    } catch (ExceptionInInitializerError thrown) {
      forget(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
      throw thrown;
    }
  }

  /** That there was anything below the program's own main. */
  private static void forget(Throwable thrown, Set<Throwable> seen) {
    if (thrown == null || !seen.add(thrown)) return;
    List<StackTraceElement> trace = List.of(thrown.getStackTrace());
    int end = trace.size();
    while (end > 0 && isOurs(trace.get(end - 1).getClassName())) end--;
    thrown.setStackTrace(trace.subList(0, end).toArray(new StackTraceElement[0]));
    forget(thrown.getCause(), seen);
    for (Throwable one : thrown.getSuppressed()) forget(one, seen);
  }

  private static boolean isOurs(String name) {
    return name.equals("Parked")
        || name.startsWith("jdk.internal.reflect.")
        || name.equals("java.lang.reflect.Method")
        || name.equals("java.lang.Class");
  }

  /** What Class-Path says in the jar: resources lie beside the sources as well. */
  private static final class Program extends URLClassLoader {
    private final Map<String, byte[]> files;
    private final ProtectionDomain domain;

    Program(Map<String, byte[]> files) throws MalformedURLException {
      super(new URL[] {new URL("file:/work/")}, ClassLoader.getPlatformClassLoader());
      this.files = files;
      CodeSource source = new CodeSource(new URL("file:" + JAR), (Certificate[]) null);
      this.domain = new ProtectionDomain(source, null, this, null);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = files.get(name.replace('.', '/') + ".class");
      if (bytes == null) return super.findClass(name);
      int dot = name.lastIndexOf('.');
      if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null)
        definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
      return defineClass(name, bytes, 0, bytes.length, domain);
    }

    @Override
    public URL findResource(String name) {
      return files.containsKey(name) ? location(name) : super.findResource(name);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
      List<URL> more = Collections.list(super.findResources(name));
      if (files.containsKey(name)) more.add(0, location(name));
      return Collections.enumeration(more);
    }

    private URL location(String name) {
      try {
        return new URL(null, "jar:file:" + JAR + "!/" + name, new Handler());
      } catch (MalformedURLException impossible) {
        throw new IllegalStateException(impossible);
      }
    }

    private final class Handler extends URLStreamHandler {
      @Override
      protected URLConnection openConnection(URL url) {
        byte[] bytes = files.get(url.getPath().substring(url.getPath().indexOf("!/") + 2));
        return new URLConnection(url) {
          @Override
          public void connect() {}

          @Override
          public InputStream getInputStream() {
            return new ByteArrayInputStream(bytes);
          }

          @Override
          public long getContentLengthLong() {
            return bytes.length;
          }
        };
      }
    }
  }

  /** Twice, the second time with what the first has loaded and compiled. */
  private static void warmCompiler() throws IOException {
    Path folder = Path.of("/tmp/.parked");
    Path source = folder.resolve("Training.java");
    Files.createDirectories(folder);
    try (InputStream in = Parked.class.getResourceAsStream("Training.java")) {
      Files.write(source, in.readAllBytes());
    }
    for (int i = 0; i < 2; i++)
      Build.main(new String[] {folder.resolve("out.jar").toString(), folder.toString(), source.toString()});
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  /** What most programs begin with, so that their own first time is not the JVM's. */
  private static void warmLibrary() throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    for (String word : new Scanner("a b a 1").useDelimiter(" ").tokens().collect(Collectors.toList()))
      counts.merge(word, word.length() + counts.size(), Integer::sum);
    String text = String.format("%d %s %.2f", counts.size(), counts, 1.5) + counts.hashCode() + 'c' + 1L;
    System.out.print(text.isEmpty() ? text : "");
    System.out.flush();
    Class.forName("java.io.BufferedReader");
    Class.forName("java.util.jar.JarInputStream");
    try {
      Parked.class.getDeclaredMethod("isOurs", String.class).invoke(null, text);
      new Program(new HashMap<>()).loadClass("none");
    } catch (ClassNotFoundException expected) {
      forget(expected, Collections.newSetFromMap(new IdentityHashMap<>()));
    }
  }
}
