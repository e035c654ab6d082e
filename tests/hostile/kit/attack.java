// Put in front of every Java payload by the runner; see attack.py. main() and the imports are the kit's: a payload
// defines `class Attack` with `static void attack() throws Throwable`.
import java.io.*;
import java.lang.reflect.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;

class Kit {
  static final String CANARY = "/var/tmp/jailrun-canary";

  static void say(String text) {
    System.out.println(text);
    System.out.flush();
  }

  static void escaped(Object what) {
    say("ESCAPE " + what);
    Runtime.getRuntime().halt(0);
  }

  static void blocked(Object why) {
    say("BLOCKED " + String.valueOf(why).replace('\n', ' '));
    Runtime.getRuntime().halt(0);
  }

  public static void main(String[] args) throws Throwable {
    Thread alarm = new Thread(() -> {
      try {
        Thread.sleep(20000);
      } catch (InterruptedException e) {
        // It ends then, too.
      }
      Runtime.getRuntime().halt(9);
    });
    alarm.setDaemon(true);
    alarm.start();
    say("START @ID@");
    Attack.attack();
  }
}

