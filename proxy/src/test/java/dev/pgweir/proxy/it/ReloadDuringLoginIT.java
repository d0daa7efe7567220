package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A login that waits while the configuration changes. */
@ExtendWith(RealPostgres.class)
final class ReloadDuringLoginIT {

    @Test
    void whoWaitsHasToShowWhatTheConfigurationOfThenAsksFor(TestDatabase database) throws IOException {
        try (PgWeirProcess weir = PgWeirProcess.builder()
                .config(configuration(database, "scram-sha-256"))
                .start()) {
            // From now on the next login of that user waits.
            for (int i = 0; i < 3; i++) {
                try (WireClient guess = WireClient.connect(weir.port())) {
                    guess.tryLogin(database.user(), "app", "a guess");
                }
            }
            reload(weir, configuration(database, "any"), 1);
            try (WireClient stranger = WireClient.connect(weir.port())) {
                stranger.send(startup("user", database.user(), "database", "app"));
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(count(weir, "login attempt")).isEqualTo(4));
                reload(weir, configuration(database, "scram-sha-256"), 2);

                WireMessage answer = stranger.read();
                assertThat(answer.type()).isEqualTo('R');
                assertThat(answer.int32(0)).as("AuthenticationSASL").isEqualTo(10);
            }
        }
    }

    private static void reload(PgWeirProcess weir, String configuration, int time) {
        weir.rewriteConfig(configuration);
        weir.signal("HUP");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(count(weir, "configuration reloaded")).isEqualTo(time));
    }

    private static long count(PgWeirProcess weir, String text) {
        List<String> lines = weir.lines();
        return lines.stream().filter(line -> line.contains(text)).count();
    }

    private static String configuration(TestDatabase database, String authType) {
        return """
            [pgweir]
            auth_type = "%1$s"
            pool_mode = "transaction"
            login_failure_delay = 5
            [databases.app]
            host = "%2$s"
            port = %3$d
            dbname = "%4$s"
            [users.%5$s]
            password = "%6$s"
            """.formatted(
                authType, database.host(), database.port(), database.name(), database.user(), database.password());
    }
}
