package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** PgWeir that asks directories about passwords, each in its way: one database for each. Used by one thread at a time. */
final class LdapLogins implements AutoCloseable {
    private final PgWeirProcess process;

    private LdapLogins(PgWeirProcess process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param directory for its pg_hba.conf
     * @param databases what clients call the one database
     * @param rules of pg_hba.conf
     */
    static LdapLogins start(
            TestDatabase database,
            PgWeirProcess.Builder builder,
            Path directory,
            Collection<String> databases,
            String rules)
            throws IOException {
        Files.writeString(directory.resolve("pg_hba.conf"), rules);
        StringBuilder entries = new StringBuilder();
        for (String name : databases) {
            entries.append("""
                    [databases.%s]
                    host = "%s"
                    port = %d
                    dbname = "%s"
                    user = "%s"
                    password = "%s"
                    """.formatted(
                    name, database.host(), database.port(), database.name(), database.user(), database.password()));
        }
        return new LdapLogins(builder.config("""
                [pgweir]
                auth_type = "hba"
                auth_hba_file = "%s/pg_hba.conf"
                pool_mode = "transaction"
                login_failure_delay = 0
                %s
                """.formatted(directory, entries)).start());
    }

    PgWeirProcess process() {
        return process;
    }

    /** The login succeeds, and PostgreSQL answers. */
    void letsIn(String user, String database, String password) throws IOException {
        try (WireClient client = WireClient.connect(process.port())) {
            client.login(user, database, password);
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    /** The text of the error that a login ends with. */
    String error(String user, String database, String password) throws IOException {
        try (WireClient client = WireClient.connect(process.port())) {
            List<WireMessage> answers = client.tryLogin(user, database, password);
            WireMessage last = answers.get(answers.size() - 1);
            assertThat(last.type()).isEqualTo('E');
            return last.message();
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
