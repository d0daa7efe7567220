package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RealPostgres.class)
@PostgresVersion(PostgresVersion.OLD)
final class OldPostgresIT {

    @Test
    void givesTheMajorVersionAskedFor(TestDatabase database) throws IOException {
        try (WireClient client = database.login()) {
            assertThat(client.parameters().get("server_version")).startsWith("15.");
        }
    }
}
