package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** asyncpg, which names all statements unless told not to, and describes them without Sync. */
@ExtendWith(RealPostgres.class)
final class AsyncpgIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.python("drivers/asyncpg-driver.py", "asyncpg"),
                database,
                List.of("connections", "pool", "uncached"));
    }
}
