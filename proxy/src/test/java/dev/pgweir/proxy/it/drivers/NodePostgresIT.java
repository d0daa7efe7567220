package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** node-postgres, whose queries are named statements if they are given a name and unnamed ones if not. */
@ExtendWith(RealPostgres.class)
final class NodePostgresIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.node("drivers/node-postgres.js", "pg"), database, List.of("named", "unnamed"));
    }
}
