package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PostgresVersion;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The old PostgreSQL: what depends most on the server's side of the protocol, once more. */
final class OnOldPostgresIT {

    @Nested
    @PostgresVersion(PostgresVersion.OLD)
    final class ProtocolRelay extends ProtocolRelayIT {}

    @Nested
    @PostgresVersion(PostgresVersion.OLD)
    final class Copying extends CopyIT {}

    @Nested
    @PostgresVersion(PostgresVersion.OLD)
    final class Cancelling extends CancelIT {}

    @Nested
    @PostgresVersion(PostgresVersion.OLD)
    final class StoredSecrets extends StoredSecretIT {}

    @Nested
    @ExtendWith(RealPostgres.class)
    @PostgresVersion(PostgresVersion.OLD)
    final class ManyClients {

        private static final int CLIENTS = 100;
        private static final int POOL_SIZE = 10;

        @Test
        void stayWithinTheirPool(TestDatabase database) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            CountDownLatch start = new CountDownLatch(1);
            try (ConnectionCounter counter = database.countConnections();
                    Fronted weir = Fronted.start(
                            database, "default_pool_size = " + POOL_SIZE, "max_client_conn = " + CLIENTS)) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    all.add(threads.submit(() -> {
                        start.await();
                        try (WireClient client = weir.login()) {
                            assertThat(client.parameters().get("server_version"))
                                    .startsWith("15.");
                            for (int j = 0; j < 10; j++) {
                                assertThat(client.value("SELECT " + j)).isEqualTo(String.valueOf(j));
                            }
                        }
                        return null;
                    }));
                }
                start.countDown();
                for (Future<?> one : all) {
                    one.get(60, TimeUnit.SECONDS);
                }
                counter.awaitSamples(2);
                assertThat(counter.max(database.name())).isBetween(1, POOL_SIZE);
            } finally {
                threads.shutdownNow();
            }
        }
    }
}
