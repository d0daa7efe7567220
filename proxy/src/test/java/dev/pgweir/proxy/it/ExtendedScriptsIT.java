package dev.pgweir.proxy.it;

import dev.pgweir.proxy.it.scripts.ScriptComparison;
import dev.pgweir.proxy.it.scripts.Topic;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.io.IOException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random scripts of several clients get PostgreSQL's own answers in session mode. */
@ExtendWith(RealPostgres.class)
final class ExtendedScriptsIT {

    /** One for each client. */
    private static final int POOL_SIZE = 4;

    private static Fronted weir;
    private static ScriptComparison comparison;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database, "pool_mode = \"session\"", "default_pool_size = " + POOL_SIZE);
        comparison = new ScriptComparison(database, weir::login, POOL_SIZE, Topic.RESET_TO_STARTUP);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    static LongStream seeds() {
        return ScriptComparison.seeds();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersAsPostgresDoesInSessionMode(long seed) throws IOException {
        comparison.compareAtOnce(seed);
    }
}
