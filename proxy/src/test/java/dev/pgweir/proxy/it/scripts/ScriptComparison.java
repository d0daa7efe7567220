package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares what clients of PostgreSQL and clients of PgWeir are answered. Used by one thread at a time. System properties:
 *
 * <ul>
 *   <li>{@code pgweir.scripts.seeds}: {@code 17} or {@code 1-500} or {@code 3,5-9}
 *   <li>{@code pgweir.scripts.topics}: what scripts may use, see {@link Topic}
 *   <li>{@code pgweir.scripts.shrink}: seconds spent on making a script shorter that shows a difference; 0: none
 * </ul>
 */
public final class ScriptComparison {

    /** As many as a build has time for. */
    private static final String SEEDS = System.getProperty("pgweir.scripts.seeds", "1-12");

    private static final Set<Topic> TOPICS = Topic.parse(System.getProperty("pgweir.scripts.topics", ""));

    private static final long SHRINK_SECONDS = Long.getLong("pgweir.scripts.shrink", 10);

    /** More than there are servers, so that servers go round. */
    private static final int CLIENTS = 4;

    /** Longer than any answer takes on a busy machine. */
    private static final int PATIENCE_MILLIS = 15_000;

    /** Long enough on a machine that answers; a script that is made shorter may often wait in vain. */
    private static final int SHRINK_PATIENCE_MILLIS = 1_500;

    private final TestDatabase database;
    private final ScriptData data;
    private final Login weir;
    private final int servers;
    private final Set<Topic> topics = EnumSet.noneOf(Topic.class);

    /**
     * Creates the tables.
     *
     * @param servers how many server connections PgWeir may use
     * @param without topics that these scripts leave out
     */
    public ScriptComparison(TestDatabase database, Login weir, int servers, Topic... without) {
        this.database = database;
        this.weir = weir;
        this.servers = servers;
        topics.addAll(TOPICS);
        topics.removeAll(Set.of(without));
        this.data = new ScriptData(database, CLIENTS);
    }

    /** The seeds to try. */
    public static LongStream seeds() {
        LongStream seeds = LongStream.empty();
        for (String range : SEEDS.split(",", -1)) {
            String[] ends = range.strip().split("-", -1);
            seeds = LongStream.concat(
                    seeds, LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])));
        }
        return seeds;
    }

    /** One turn of one client after the other, which happens in the same order each time. */
    public void compareInTurns(long seed) throws IOException {
        compare(
                seed,
                "in turns",
                (scripts, expected, patience) -> ScriptRun.inTurns(scripts, weir, expected, patience, seed, servers));
    }

    /** All clients at the same time. */
    public void compareAtOnce(long seed) throws IOException {
        compare(seed, "at once", (scripts, expected, patience) -> ScriptRun.atOnce(scripts, weir, expected, patience));
    }

    private void compare(long seed, String manner, Manner way) throws IOException {
        Map<Script, List<Answer>> known = new HashMap<>();
        List<Script> scripts = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            scripts.add(new ScriptGenerator(seed, client, topics).generate());
        }
        Difference difference = run(scripts, way, known, PATIENCE_MILLIS);
        if (difference == null) {
            return;
        }
        Shrinker.Trial trial = fewer -> {
            data.freshServers(weir);
            return run(fewer, way, known, SHRINK_PATIENCE_MILLIS);
        };
        Difference shrunk = new Shrinker(scripts, trial, TimeUnit.SECONDS.toNanos(SHRINK_SECONDS)).shrink();
        String shorter = shrunk == null
                ? "not seen again on fresh servers; if it is not by chance, it takes the scripts before it\n\n"
                        + difference
                : "made shorter: " + shrunk.kind() + "\n\n" + shrunk;
        throw new AssertionError(printable(
                "seed " + seed + ", " + manner + ", topics " + topics + "\n" + difference.kind() + "\n" + shorter));
    }

    /** @param known what PostgreSQL answers to scripts that have been run already */
    private @Nullable Difference run(
            List<Script> scripts, Manner way, Map<Script, List<Answer>> known, int patienceMillis) throws IOException {
        data.reset();
        List<List<Answer>> expected = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Script script = scripts.get(client);
            List<Answer> answers = known.get(script);
            if (answers == null) {
                answers = ScriptRun.answers(client, script, database::login, PATIENCE_MILLIS);
                known.put(script, answers);
            }
            expected.add(answers);
        }
        data.reset();
        return way.run(scripts, expected, patienceMillis);
    }

    /** Bytes of binary values are no text, and upset the build's own protocol. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.chars()
                .forEach(c -> printable.append(
                        c == '\n' || (c >= ' ' && c < 127) ? Character.toString(c) : String.format("\\u%04x", c)));
        return printable.toString();
    }

    /** How several clients run. */
    private interface Manner {
        @Nullable
        Difference run(List<Script> scripts, List<List<Answer>> expected, int patienceMillis) throws IOException;
    }
}
