package dev.pgweir.proxy.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One statement for all that is the same, as long as somebody has it. */
final class StatementTableTest {
    private final StatementTable table = new StatementTable();

    @Test
    void sameDefinitionIsTheSameStatement() {
        PreparedStatement one = Prepared.of(table, "SELECT 1");

        assertThat(Prepared.of(table, "SELECT 1")).isSameAs(one);
        assertThat(one.name()).isEqualTo("PGWEIR_1");
        assertThat(one.text()).isEqualTo("SELECT 1");
        ByteBuf written = Unpooled.buffer();
        one.writeDefinition(written);
        assertThat(ByteBufUtil.getBytes(written))
                .isEqualTo(Prepared.definition("SELECT 1"))
                .hasSize(one.definitionLength());
    }

    @Test
    void whateverDiffersMakesAnotherStatement() {
        byte[] withType = "SELECT $1\0\0\1\0\0\0\27".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Behaviour touching = new Behaviour(List.of("work_mem"), null, false);
        List<PreparedStatement> all = List.of(
                Prepared.of(table, "SELECT $1"),
                Prepared.of(table, "select $1"),
                table.of(PreparedStatement.Kind.PARSE, withType, "settings", Behaviour.NONE),
                table.of(PreparedStatement.Kind.PARSE, Prepared.definition("SELECT $1"), "others", Behaviour.NONE),
                table.of(PreparedStatement.Kind.PARSE, Prepared.definition("SELECT $1"), "settings", touching),
                table.of(PreparedStatement.Kind.SQL, Prepared.definition("SELECT $1"), "settings", Behaviour.NONE));

        assertThat(all).doesNotHaveDuplicates();
        assertThat(all).extracting(PreparedStatement::name).doesNotHaveDuplicates();
        assertThat(all).extracting(PreparedStatement::name).doesNotContain(PreparedStatement.NOWHERE);
        assertThat(table.all()).isEqualTo(all);
    }

    @Test
    void statementThatIsNotSharedIsOneOfItsOwnEachTimeAndLeadsToTheSharedOne() {
        PreparedStatement shared = Prepared.of(table, "SELECT 1");
        PreparedStatement one = table.unshared(shared);
        PreparedStatement two =
                table.unshared(PreparedStatement.Kind.PARSE, Prepared.definition("SELECT 1"), Behaviour.NONE);

        assertThat(List.of(shared, one, two)).doesNotHaveDuplicates();
        assertThat(table.all()).containsExactly(shared, one, two);
        assertThat(table.unshared(one)).isSameAs(one);
        assertThat(table.under(one, "settings")).isSameAs(shared);
        assertThat(table.isUnder(one, "others")).isTrue();
        assertThat(table.isUnder(shared, "settings")).isTrue();
        assertThat(table.isUnder(shared, "others")).isFalse();
    }

    @Test
    void statementThatIsRetiredIsNotGivenAgain() {
        PreparedStatement old = Prepared.of(table, "SELECT *");
        table.retire(old);
        PreparedStatement now = Prepared.of(table, "SELECT *");

        assertThat(now).isNotSameAs(old);
        assertThat(now.name()).isNotEqualTo(old.name());
        // Who finds out later retires what is over, not what has taken its place.
        table.retire(old);
        assertThat(Prepared.of(table, "SELECT *")).isSameAs(now);
        assertThat(table.all()).containsExactly(now);
    }

    @Test
    void statementThatNobodyHasIsForgotten() {
        PreparedStatement kept = Prepared.of(table, "SELECT 'kept'");
        for (int i = 0; i < 1000; i++) {
            Prepared.of(table, "SELECT " + i);
        }

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return table.all().equals(List.of(kept));
        });
        assertThat(Prepared.of(table, "SELECT 'kept'")).isSameAs(kept);
        assertThat(Prepared.of(table, "SELECT 7").id()).isGreaterThan(1000);
    }

    @Test
    void threadsThatPrepareTheSameAtOnceShareIt() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<@Nullable List<PreparedStatement>>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    start.await();
                    List<PreparedStatement> mine = new ArrayList<>();
                    for (int j = 0; j < 500; j++) {
                        mine.add(Prepared.of(table, "SELECT " + j));
                    }
                    return mine;
                }));
            }
            start.countDown();
            List<PreparedStatement> first = all.get(0).get(30, TimeUnit.SECONDS);
            for (Future<@Nullable List<PreparedStatement>> other : all) {
                assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(first);
            }
            assertThat(first).doesNotHaveDuplicates().hasSize(500);
        } finally {
            pool.shutdownNow();
        }
    }
}
