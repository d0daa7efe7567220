package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {

    private static final String GOOD = """
            [databases.app]
            host = "db.example.com"
            [users.app]
            password = "secret"
            """;

    private static final String BAD = """
            [pgweir]
            default_pool_size = "many"
            pool_mode = "transactions"
            [databases.app]
            port = 5432
            """;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void withoutFileAndUrlBothWaysAreNamed() {
        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(err.toString())
                .contains("pgweir conf/pgweir.toml")
                .contains("DATABASE_URL=postgresql://user:password@host:5432/dbname pgweir");
    }

    @Test
    void aCommandIsNotTakenForAFile() {
        assertThat(Main.COMMANDS)
                .isEqualTo(Main.program(Map.of(), new PrintWriter(out), new PrintWriter(err))
                        .getSubcommands()
                        .keySet());
    }

    @Test
    void emptyUrlCountsAsNone() {
        assertThat(run(Map.of("DATABASE_URL", " "))).isEqualTo(1);
        assertThat(err.toString()).contains("pgweir conf/pgweir.toml");
    }

    @Test
    void urlMayLieInAFile() {
        assertThat(run(Map.of("DATABASE_URL_FILE", directory.resolve("url").toString())))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("ERROR DATABASE_URL_FILE: ").contains("there is no such file");
    }

    @Test
    void wrongUrlStopsTheStartAndKeepsThePasswordToItself() {
        assertThat(run(Map.of("DATABASE_URL", "mysql://app:hunter2@db.example.com/app")))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("ERROR DATABASE_URL: ")
                .contains("pgweir: not started, 1 error, ")
                .doesNotContain("hunter2");
    }

    @Test
    void wrongSettingsStopTheStartWithAllOfThemListed() throws IOException {
        Path file = write(BAD);

        assertThat(run(Map.of(), file.toString())).isEqualTo(1);
        assertThat(err.toString().lines())
                .anyMatch(line -> line.startsWith("ERROR " + file + ":2:") && line.contains("default_pool_size"))
                .anyMatch(line -> line.startsWith("ERROR " + file + ":3:") && line.contains("pool_mode"))
                .anyMatch(line -> line.startsWith("ERROR " + file + ":4:") && line.contains("host"))
                .contains("pgweir: not started, 3 errors, 0 warnings");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void makesACertificateAndPrintsTheSettingsThatUseIt() throws IOException {
        assertThat(run(Map.of(), "certificate", "-d", directory.toString(), "db.local"))
                .isZero();
        Path file = write("[databases.app]\nhost = \"db\"\n[pgweir]\n" + out);

        assertThat(run(Map.of(), "check", file.toString())).isZero();
        assertThat(run(Map.of(), "certificate", "-d", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("server.crt already");
        assertThat(run(Map.of(), "certificate", "no host")).isEqualTo(1);
        assertThat(run(Map.of(), "certificate", "--days", "0")).isEqualTo(1);
    }

    @Test
    void tlsWithoutACertificateSaysHowToMakeOne() throws IOException {
        Path file = write("[databases.app]\nhost = \"db\"\n[pgweir]\nclient_tls_sslmode = \"require\"\n");

        assertThat(run(Map.of(), "check", file.toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains("client_tls_key_file: TLS setup failed: To allow TLS connections from clients")
                .contains("pgweir certificate");
    }

    @Test
    void checkOfTlsNamesThePlaceAndSaysNothingElse() throws IOException {
        Path file = write("""
                [databases.app]
                host = "db"
                [users.a]
                password = "x"
                [pgweir]
                client_tls_sslmode = "require"
                  client_tls_key_file = "/nowhere/key"
                client_tls_cert_file = "/nowhere/crt"
                """);

        assertThat(run(Map.of(), "check", file.toString())).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("ERROR " + file + ":7:")
                .contains(": client_tls_key_file: TLS setup failed: /nowhere/key: No such file or directory");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void misspeltCommandIsNotTakenForAFile() throws IOException {
        String file = write(GOOD).toString();

        assertThat(run(Map.of(), "chekc", file)).isEqualTo(1);
        assertThat(run(Map.of(), "chekc")).isEqualTo(1);
        assertThat(err.toString().lines().filter(line -> line.startsWith("pgweir: ")))
                .containsOnly("pgweir: there is neither a command nor a file 'chekc', did you mean check?");
        assertThat(run(Map.of(), "start", file)).isEqualTo(1);
        assertThat(err.toString()).contains("pgweir: there is neither a command nor a file 'start'\n");
        assertThat(run(Map.of(), file, file)).isEqualTo(1);
        assertThat(err.toString()).contains("Unmatched argument");
    }

    @Test
    void missingFileStopsTheStart() {
        Path file = directory.resolve("none.toml");

        assertThat(run(Map.of(), file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("ERROR " + file + ": ");
    }

    @Test
    void checkAcceptsAGoodFile() throws IOException {
        Path file = write(GOOD);

        assertThat(run(Map.of(), "check", file.toString())).isZero();
        assertThat(out.toString()).isEqualTo(file + ": 0 errors, 0 warnings" + System.lineSeparator());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void checkListsAllProblemsOfABadFile() throws IOException {
        Path file = write(BAD);

        assertThat(run(Map.of(), "check", file.toString())).isEqualTo(1);
        assertThat(out.toString().lines()).hasSize(4).last().isEqualTo(file + ": 3 errors, 0 warnings");
    }

    @Test
    void checkSeesTheEnvironmentAndPassesOverWarnings() throws IOException {
        Path file = write(GOOD + "[pgweir]\npkt_buf = 8192\n");

        assertThat(run(Map.of("PGWEIR_LISTEN_PORT", "6543"), "check", file.toString()))
                .isZero();
        assertThat(out.toString()).contains("WARNING " + file + ":6:").contains("0 errors, 1 warning");
        assertThat(run(Map.of("PGWEIR_LISTEN_PORT", "x"), "check", file.toString()))
                .isEqualTo(1);
        assertThat(out.toString()).contains("ERROR PGWEIR_LISTEN_PORT: ");
    }

    @Test
    void peculiarTextOfAFileCannotForgeLines() throws IOException {
        Path file = write("[databases.app]\nhost = \"db\"\n\"x\\nERROR forged\" = 1\n");

        assertThat(run(Map.of(), "check", file.toString())).isEqualTo(1);
        assertThat(out.toString().lines()).noneMatch(line -> line.startsWith("ERROR forged"));
    }

    @Test
    void versionNamesTheProgram() {
        assertThat(run(Map.of(), "--version")).isZero();
        assertThat(out.toString()).startsWith("PgWeir ");
        assertThat(run(Map.of(), "-V")).isZero();
    }

    @Test
    void helpNamesCommandsOptionsAndSignals() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "check",
                        "convert",
                        "--daemon",
                        "--reboot",
                        "--user",
                        "--version",
                        "--quiet",
                        "--verbose",
                        "DATABASE_URL",
                        "SIGTERM");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void daemonModeIsRefusedWithAdvice() {
        for (String option : new String[] {"-d", "--daemon"}) {
            assertThat(run(Map.of("DATABASE_URL", "postgresql://u:p@db/x"), option))
                    .isEqualTo(1);
        }
        assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.contains("Leave -d out"));
    }

    @Test
    void optionsOfPgBouncerAreKnownInBothForms() {
        for (String options :
                new String[] {"-q -v -v -R -u app", "--quiet --verbose --reboot --user=app", "-qvR -uapp"}) {
            // Gets as far as the file, which is not there.
            String[] arguments = (options + " /none/pgbouncer.ini").split(" ");
            assertThat(run(Map.of(), arguments)).isEqualTo(1);
        }
        assertThat(err.toString().lines())
                .hasSize(6)
                .allMatch(line -> line.equals("ERROR /none/pgbouncer.ini: there is no such file")
                        || line.equals("pgweir: not started, 1 error, 0 warnings"));
    }

    @Test
    void checkReadsPgBouncersFormatToo() throws IOException {
        Path file = Files.writeString(
                directory.resolve("pgbouncer.ini"), "[pgbouncer]\npool_mode = x\n[databases]\napp = host=db\n");

        assertThat(run(Map.of(), "check", file.toString())).isEqualTo(1);
        assertThat(out.toString().lines())
                .first()
                .asString()
                .startsWith("ERROR " + file + ":2:1: pool_mode: \"x\" is not one of the choices");
    }

    @Test
    void checkTakesEverySettingOfTheTable() throws IOException {
        StringBuilder ini = new StringBuilder("[databases]\napp = host=db user=app\n[pgbouncer]\n");
        for (Setting<?> setting : Settings.TABLE.settings()) {
            ini.append(setting.name())
                    .append(" = ")
                    .append(setting.defaultText())
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("pgbouncer.ini"), ini);

        assertThat(run(Map.of("PGWEIR_AUTH_TYPE", "any"), "check", file.toString()))
                .isZero();
        assertThat(out.toString()).isEqualTo(file + ": 0 errors, 0 warnings" + System.lineSeparator());
    }

    @Test
    void convertPrintsTomlAndNothingElse() throws IOException {
        Path file = Files.writeString(
                directory.resolve("pgbouncer.ini"),
                "[databases]\napp = host=db password=secret\n[pgbouncer]\nauth_type = any\npkt_buf = 8192\n");

        assertThat(run(Map.of("PGWEIR_LISTEN_PORT", "7000"), "convert", file.toString()))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "[pgweir]\n",
                        "auth_type = \"any\"\n",
                        "[databases.app]\nhost = \"db\"\npassword = \"secret\"\n")
                .doesNotContain("7000");
        assertThat(err.toString()).startsWith("WARNING " + file + ": settings without effect: pkt_buf (");
    }

    @Test
    void convertPrintsNothingOfABadFile() throws IOException {
        Path file = Files.writeString(directory.resolve("pgbouncer.ini"), "[pgbouncer]\npool_mode = x\n");

        assertThat(run(Map.of(), "convert", file.toString())).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("ERROR " + file + ":2:1: pool_mode: ", "pgweir: not converted, 1 error");
    }

    @Test
    void unknownOptionIsOneLineAndNothingStarts() {
        assertThat(run(Map.of(), "--fork")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("pgweir: Unknown option: '--fork'")
                .contains("pgweir --help");
    }

    private int run(Map<String, String> environment, String... arguments) {
        return Main.execute(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("pgweir.toml"), text);
    }
}
