package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** PHP's PDO, which names statements and sends DEALLOCATE as soon as the program drops one, in transactions too. */
@ExtendWith(RealPostgres.class)
final class PdoIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.php("drivers/pdo.php", "pdo_pgsql"),
                database,
                List.of("native", "emulated", "unprepared"));
    }
}
