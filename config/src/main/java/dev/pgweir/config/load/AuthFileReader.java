package dev.pgweir.config.load;

import dev.pgweir.config.value.Secret;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of users and secrets in PgBouncer's format: in each line two columns in double quotes, a quote inside
 * written twice; what follows them is ignored, as are empty lines and those that begin with ; or #.
 *
 * <p>What kind of secret it is, is not looked at here. Messages quote nothing of the file.
 */
final class AuthFileReader {

    private static final String FORM = "accepted: \"user\" \"secret\"";

    private final Problems problems;
    private final String name;
    private final Map<String, Secret> secrets = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private String line = "";
    private int number;
    private int position;

    private AuthFileReader(String name, Problems problems) {
        this.name = name;
        this.problems = problems;
    }

    /**
     * Reads {@code text}; lines that are wrong are reported and left out.
     *
     * @param name of the file, as messages show it
     */
    static Map<String, Secret> read(String name, String text, Problems problems) {
        AuthFileReader reader = new AuthFileReader(name, problems);
        text.lines().forEach(reader::line);
        return reader.secrets;
    }

    private void line(String text) {
        line = text;
        number++;
        position = 0;
        skipBlanks();
        if (position == line.length() || line.charAt(position) == ';' || line.charAt(position) == '#') {
            return;
        }
        int start = position;
        String user = quoted("the user");
        if (user == null) {
            return;
        }
        if (user.isEmpty()) {
            error(start, "the user is empty");
            return;
        }
        skipBlanks();
        String secret = quoted("the secret");
        if (secret == null) {
            return;
        }
        Integer before = lines.put(user, number);
        if (before != null) {
            problems.warn(at(start), "", "the user stands on line " + before + " already; this line counts");
        }
        secrets.put(user, Secret.of(secret));
    }

    /** The column that begins here, or null after reporting what is wrong with it. */
    private @Nullable String quoted(String what) {
        if (position == line.length() || line.charAt(position) != '"') {
            return error(position, what + " does not begin with a double quote");
        }
        int start = position++;
        StringBuilder text = new StringBuilder();
        while (position < line.length()) {
            char c = line.charAt(position++);
            if (c == '\0') {
                return error(position - 1, what + " contains a zero byte");
            }
            if (c != '"') {
                text.append(c);
            } else if (position < line.length() && line.charAt(position) == '"') {
                text.append('"');
                position++;
            } else {
                return text.toString();
            }
        }
        return error(start, what + " has no double quote at its end");
    }

    private void skipBlanks() {
        while (position < line.length() && (line.charAt(position) == ' ' || line.charAt(position) == '\t')) {
            position++;
        }
    }

    private @Nullable String error(int index, String message) {
        problems.error(at(index), "", message + ", " + FORM);
        return null;
    }

    private Origin at(int index) {
        return new Origin(name, number, index + 1);
    }
}
