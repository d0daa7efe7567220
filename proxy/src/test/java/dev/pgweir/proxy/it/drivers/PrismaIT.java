package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Prisma with its adapter, which is node-postgres underneath and names statements only if told how. */
@ExtendWith(RealPostgres.class)
final class PrismaIT {

    @TestFactory
    Stream<DynamicTest> eightClientsShareTwoServers(TestDatabase database) {
        return DriverProgram.tests(
                ClientProgram.node(
                        "drivers/prisma.js", "pg", "prisma/build/index.js", "@prisma/client", "@prisma/adapter-pg"),
                database,
                List.of("unnamed", "named"));
    }
}
