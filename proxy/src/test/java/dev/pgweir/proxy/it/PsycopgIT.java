package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Psycopg 3, which is libpq underneath; in transaction mode with prepare_threshold=None. */
@ExtendWith(RealPostgres.class)
final class PsycopgIT {

    private static final List<String> IN_BOTH_MODES = List.of(
            "parameters",
            "transactions",
            "errors",
            "copy",
            "cursor",
            "pipeline",
            "cancel",
            "settings",
            "notices",
            "crowd");

    /** What lasts longer than a transaction. */
    private static final List<String> IN_SESSION_MODE = List.of("prepared", "notifications");

    private static @Nullable BothModes proxy;

    @BeforeAll
    static void start(TestDatabase database) {
        proxy = BothModes.start(database);
    }

    @AfterAll
    static void stop() {
        if (proxy != null) {
            proxy.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> worksThroughPgWeir() {
        Optional<ClientProgram> program = ClientProgram.psycopg();
        if (program.isEmpty() || proxy == null) {
            return Stream.empty();
        }
        ScriptedClient client = new ScriptedClient(program.get(), proxy);
        return Stream.of(
                        client.tests(BothModes.SESSION, IN_BOTH_MODES),
                        client.tests(BothModes.SESSION, IN_SESSION_MODE),
                        client.tests(BothModes.TRANSACTION, IN_BOTH_MODES))
                .flatMap(tests -> tests);
    }
}
