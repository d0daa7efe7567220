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

/** Random scripts of more clients than there are servers get PostgreSQL's own answers in transaction mode. */
@ExtendWith(RealPostgres.class)
final class ExtendedScriptsTransactionIT {

    /** On a busy machine a client may wait for a server as long as it takes to be told so. */
    private static final String NO_NOTICE = "query_wait_notify = 0";

    private static Fronted oneServer;
    private static Fronted twoServers;
    private static Fronted twoThatForget;
    private static ScriptComparison ofOne;
    private static ScriptComparison ofTwo;
    private static ScriptComparison ofTwoThatForget;
    private static ScriptComparison ofResets;

    @BeforeAll
    static void start(TestDatabase database) {
        oneServer = Fronted.start(database, "default_pool_size = 1", NO_NOTICE);
        twoServers = Fronted.start(database, "default_pool_size = 2", NO_NOTICE);
        // Fewer than one client names, so that servers forget statements all the time.
        twoThatForget = Fronted.start(database, "default_pool_size = 2", "max_prepared_statements = 2", NO_NOTICE);
        ofOne = new ScriptComparison(database, oneServer::login, 1, Topic.RESET_TO_STARTUP);
        ofTwo = new ScriptComparison(database, twoServers::login, 2, Topic.RESET_TO_STARTUP);
        ofTwoThatForget = new ScriptComparison(database, twoThatForget::login, 2, Topic.RESET_TO_STARTUP);
        // A reset to what the startup packet said, and another change of the same setting in the same request, are seen
        // one by one in PostgreSQL only.
        ofResets = new ScriptComparison(
                database, oneServer::login, 1, Topic.SEVERAL, Topic.SAVEPOINTS, Topic.EXTENDED_SETTINGS, Topic.FLUSH);
    }

    @AfterAll
    static void stop() {
        oneServer.close();
        twoServers.close();
        twoThatForget.close();
    }

    static LongStream seeds() {
        return ScriptComparison.seeds();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void clientsInTurnsOnOneServer(long seed) throws IOException {
        ofOne.compareInTurns(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void clientsThatResetTheirSettings(long seed) throws IOException {
        ofResets.compareInTurns(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void clientsInTurnsOnTwoServers(long seed) throws IOException {
        ofTwo.compareInTurns(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void clientsAtOnceOnTwoServers(long seed) throws IOException {
        ofTwo.compareAtOnce(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void clientsAtOnceOnServersThatForget(long seed) throws IOException {
        ofTwoThatForget.compareAtOnce(seed);
    }
}
