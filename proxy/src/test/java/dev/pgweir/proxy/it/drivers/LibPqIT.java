package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Go's lib/pq by way of database/sql. */
@ExtendWith(RealPostgres.class)
final class LibPqIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.go("drivers/lib-pq.go", "github.com/lib/pq"),
                database,
                List.of("prepared", "direct", "binary"));
    }
}
