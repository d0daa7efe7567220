package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Psycopg 3, which names a statement from its sixth execution on unless told otherwise, and sends DEALLOCATE for those
 * that it has too many of and DEALLOCATE ALL after every ROLLBACK, that of a savepoint included.
 */
@ExtendWith(RealPostgres.class)
final class PsycopgStatementsIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.python("drivers/psycopg3.py", "psycopg"),
                database,
                List.of("never", "at_once", "as_it_comes", "overflowing", "overflowing_later"));
    }
}
