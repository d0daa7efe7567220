package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.admin.Counters;
import dev.pgweir.proxy.admin.StatsRow;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Averages over the time that PgBouncer takes them over. */
final class StatsAveragesTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 100 * SECOND;
    private final Map<String, Counters> totals = new TreeMap<>();
    private final StatsAverages averages = new StatsAverages(() -> new TreeMap<>(totals), () -> false, () -> now);

    @Test
    void beginsAsIfItHadRunForASecond() {
        totals.put("app", queries(100, 0));
        now += SECOND;
        StatsRow row = averages.rows().get(0);
        assertThat(row.total().queries()).isEqualTo(100);
        assertThat(row.average().queries()).isEqualTo(50);
    }

    @Test
    void reachesBackToTheBeginningOfTheLastFullPeriod() {
        totals.put("app", queries(600, 600));
        now += 60 * SECOND;
        averages.periodEnded();
        totals.put("app", queries(1800, 4200));
        now += 60 * SECOND;
        averages.periodEnded();
        totals.put("app", queries(3000, 6600));
        now += 60 * SECOND;

        // 2400 queries in 120 s since the first period ended.
        Counters average = averages.rows().get(0).average();
        assertThat(average.queries()).isEqualTo(20);
        // 6000 us for 2400 queries, rounded down.
        assertThat(average.queryTime()).isEqualTo(2);
    }

    @Test
    void addsAllDatabasesUp() {
        totals.put("app", queries(10, 100));
        totals.put("shop", queries(30, 700));
        now += SECOND;
        StatsRow sum = averages.sum();
        assertThat(sum.total().queries()).isEqualTo(40);
        assertThat(sum.average().queries()).isEqualTo(20);
        assertThat(sum.average().queryTime()).isEqualTo(20);
    }

    @Test
    void totalsThatAreGoneAreNoNegativeAverage() {
        totals.put("app", queries(600, 600));
        now += SECOND;
        averages.periodEnded();
        averages.periodEnded();
        totals.put("app", queries(1, 1));
        now += SECOND;
        assertThat(averages.rows().get(0).average()).isEqualTo(Counters.ZERO);
    }

    @Test
    void theLogHasPgBouncersLine() {
        assertThat(StatsAverages.line(new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)))
                .isEqualTo("stats: 2 xacts/s, 3 queries/s, 9 client parses/s, 10 server parses/s, 11 binds/s,"
                        + " in 4 B/s, out 5 B/s, xact 6 us, query 7 us, wait 8 us");
    }

    private static Counters queries(long count, long micros) {
        return new Counters(0, 0, count, 0, 0, 0, micros, 0, 0, 0, 0, 0);
    }
}
