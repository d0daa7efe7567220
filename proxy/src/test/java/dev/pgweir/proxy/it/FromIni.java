package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * PgWeir as it starts from a pgbouncer.ini and a userlist, with PgBouncer's words and codes. {@value #ADMIN} is its
 * administrator, with {@value #SECRET} for a password; a failed login costs no time. Used by one thread at a time.
 */
final class FromIni implements AutoCloseable {
    static final String ADMIN = "boss";
    static final String SECRET = "secret";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final Path ini;
    private final PgWeirProcess process;

    private FromIni(Path directory, Path ini, PgWeirProcess process) {
        this.directory = directory;
        this.ini = ini;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param parent for its files, to be removed by whoever made it
     * @param userlist names and secrets in turn; the administrator need not be among them
     * @param lines the ini behind {@code [pgbouncer]}, further sections included
     */
    static FromIni start(Path parent, List<String> userlist, String... lines) throws IOException {
        Path directory = Files.createTempDirectory(parent, "ini");
        StringBuilder users = new StringBuilder(quoted(ADMIN, SECRET));
        for (int i = 0; i < userlist.size(); i += 2) {
            users.append(quoted(userlist.get(i), userlist.get(i + 1)));
        }
        Files.writeString(directory.resolve("userlist.txt"), users);
        Path ini = directory.resolve("pgbouncer.ini");
        Files.writeString(ini, text(directory, lines));
        return new FromIni(
                directory,
                ini,
                PgWeirProcess.builder()
                        .environment("PGWEIR_LOGIN_FAILURE_DELAY", "0")
                        .argument(ini.toString())
                        .start());
    }

    private static String quoted(String name, String secret) {
        return "\"" + name + "\" \"" + secret + "\"\n";
    }

    private static String text(Path directory, String... lines) {
        return """
                [pgbouncer]
                listen_addr = 127.0.0.1
                unix_socket_dir =
                auth_file = %s
                admin_users = %s
                """.formatted(directory.resolve("userlist.txt"), ADMIN) + String.join("\n", lines) + "\n";
    }

    PgWeirProcess process() {
        return process;
    }

    int port() {
        return process.port();
    }

    /** Where its files are. */
    Path directory() {
        return directory;
    }

    /** Writes the ini anew, without telling. */
    void rewrite(String... lines) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), text(directory, lines));
        Files.move(next, ini, StandardCopyOption.REPLACE_EXISTING);
    }

    WireClient connect() throws IOException {
        return WireClient.connect(process.port());
    }

    WireClient login(String user, String database, String password, String... parameters) throws IOException {
        return connect().login(user, database, password, parameters);
    }

    /** Severity, code and text of the error that a login ends with. */
    String refusal(String user, String database, String password, String... parameters) throws IOException {
        try (WireClient client = connect()) {
            return told(client.tryLogin(user, database, password, parameters));
        }
    }

    /** Severity, code and text of the error among messages. */
    static String told(List<WireMessage> messages) {
        WireMessage error = Answers.error(messages);
        return error.field('S') + " " + error.sqlState() + " " + error.message();
    }

    WireClient console() throws IOException {
        return login(ADMIN, "pgbouncer", SECRET);
    }

    /** What a command of the console answers. */
    List<WireMessage> order(String command) throws IOException {
        try (WireClient console = console()) {
            return console.query(command);
        }
    }

    /** Orders that have to succeed. */
    void orders(String... commands) throws IOException {
        try (WireClient console = console()) {
            for (String command : commands) {
                assertThat(console.query(command))
                        .as(command)
                        .extracting(WireMessage::type)
                        .doesNotContain('E');
            }
        }
    }

    /** The rows of a SHOW, by column. */
    List<Map<String, String>> show(String what) throws IOException {
        return Answers.rows(order("SHOW " + what));
    }

    /** The first row of a SHOW whose first column has that value; empty if there is none. */
    Map<String, String> row(String what, String name) throws IOException {
        return show(what).stream()
                .filter(row -> name.equals(row.getOrDefault("name", row.get("database"))))
                .findFirst()
                .orElse(Map.of());
    }

    /** Waits until the row has these values. */
    void awaitRow(String what, String name, Map<String, String> values) {
        await(what + " " + name)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(row(what, name)).containsAllEntriesOf(values));
    }

    /** How many lines of the log have that in them. */
    long count(String text) {
        return process.lines().stream().filter(line -> line.contains(text)).count();
    }

    void awaitCount(String text, long count) {
        await(text).atMost(PATIENCE).untilAsserted(() -> assertThat(count(text)).isEqualTo(count));
    }

    @Override
    public void close() {
        process.close();
    }
}
