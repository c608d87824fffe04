import io.trino.plugin.memory.MemoryConnectorFactory;
import io.trino.testing.LocalQueryRunner;
import io.trino.testing.MaterializedRow;
import io.trino.testing.TestingSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Base64;
import java.util.Map;
import java.util.StringJoiner;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Trino in one process, tables in memory. Reads a statement a line, in Base64; answers each with a line: the first column of its rows,
 * each in Base64, with commas between them, or "!" and what was wrong.
 */
public final class Statements {
  private Statements() {}

  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err); // Trino logs to it
    try (LocalQueryRunner trino = LocalQueryRunner.create(TestingSession.testSessionBuilder().build())) {
      trino.createCatalog("memory", new MemoryConnectorFactory(), Map.of());
      BufferedReader statements = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      for (String line = statements.readLine(); line != null; line = statements.readLine()) {
        answers.println(answer(trino, new String(Base64.getDecoder().decode(line), UTF_8)));
        answers.flush();
      }
    }
    System.exit(0); // its threads stay
  }

  private static String answer(LocalQueryRunner trino, String sql) {
    try {
      StringJoiner rows = new StringJoiner(",");
      for (MaterializedRow row : trino.execute(sql).getMaterializedRows()) rows.add(encoded(String.valueOf(row.getField(0))));
      return rows.toString();
    } catch (RuntimeException wrong) {
      return "!" + encoded(String.valueOf(wrong.getMessage()));
    }
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
