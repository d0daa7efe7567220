package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever names databases that do not exist leaves no more behind than a bounded number of pools. */
@ExtendWith(RealPostgres.class)
final class InventedDatabasesIT {
    /** AutomaticPools keeps 1000 empty ones and looks once for every 100 that are made. */
    private static final int MOST = 1_100;

    @Test
    void theirPoolsAreBoundedInNumberWhileWhoIsInGoesOn(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database,
                        PgWeirProcess.builder(),
                        // Nothing else forgets them in the time of this test.
                        "server_login_retry = 600",
                        Configured.entry("*", database).replaceFirst("(?m)^dbname.*$", ""));
                WireClient before = weir.login(database.name())) {
            for (int i = 0; i < MOST + 50; i++) {
                try (WireClient stranger = weir.connect()) {
                    List<WireMessage> answer =
                            stranger.tryLogin(database.user(), "invented" + i, database.password());
                    assertThat(answer.get(answer.size() - 1).message()).contains("does not exist");
                }
            }
            weir.awaitLine("because: more than 1000 empty pools of automatic databases");

            List<String> names = weir.console("SHOW POOLS").stream()
                    .map(row -> String.valueOf(row.get(0)))
                    .toList();
            assertThat(names).hasSizeLessThanOrEqualTo(MOST).contains(database.name(), "invented" + (MOST + 49));
            assertThat(names).doesNotContain("invented0");
            assertThat(before.value("SELECT 'in'")).isEqualTo("in");
        }
    }
}
