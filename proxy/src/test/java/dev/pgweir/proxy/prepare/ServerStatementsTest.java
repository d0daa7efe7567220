package dev.pgweir.proxy.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a server has, by what was sent to it and what became of that. */
final class ServerStatementsTest {
    private final StatementTable table = new StatementTable();
    private final ServerStatements server = new ServerStatements();
    private final PreparedStatement a = Prepared.of(table, "a");
    private final PreparedStatement b = Prepared.of(table, "b");
    private final PreparedStatement c = Prepared.of(table, "c");

    private long group = 1;

    private void has(PreparedStatement... statements) {
        for (PreparedStatement statement : statements) {
            server.preparing(statement, group).done();
        }
        group++;
    }

    // ---- least recently used ----

    @Test
    void belowTheLimitNothingIsClosed() {
        has(a, b);

        assertThat(server.surplus(3, Set.of(c))).isEmpty();
        assertThat(server.size()).isEqualTo(2);
    }

    @Test
    void theLeastRecentlyUsedMakesRoom() {
        has(a, b);

        assertThat(server.surplus(2, Set.of(c))).containsExactly(a);
        assertThat(server.has(a)).isTrue();
        assertThat(server.surplus(2, Set.of(c))).containsExactly(b);
    }

    @Test
    void asManyAreClosedAsAreTooMany() {
        has(a, b);

        assertThat(server.surplus(1, Set.of(c))).containsExactly(a, b);
    }

    @Test
    void whatIsPreparedAgainDoesNotMakeRoomForItself() {
        has(a, b);

        assertThat(server.surplus(2, Set.of(a))).containsExactly(b);
    }

    @Test
    void whatWaitsForAnAnswerIsNotClosed() {
        has(a);
        Effect open = server.preparing(b, group);

        assertThat(server.surplus(1, Set.of(c))).containsExactly(a);
        open.done();
        assertThat(server.surplus(1, Set.of(c))).containsExactly(a, b);
    }

    @Test
    void whatIsDoubtedIsPreparedAnewButStillCounts() {
        has(a, b);
        server.doubt();

        assertThat(server.has(a)).isFalse();
        assertThat(server.size()).isEqualTo(2);
        assertThat(server.surplus(2, Set.of(c))).containsExactly(a);
        server.preparing(a, group).skipped();
        assertThat(server.has(a)).isFalse();
        server.preparing(a, group).done();
        assertThat(server.has(a)).isTrue();
        assertThat(server.size()).isEqualTo(2);
        server.closing(b, group).done();
        assertThat(server.all()).containsExactly(a);
    }

    // ---- answers ----

    @Test
    void isBelievedWithinItsGroupAndOpenForTheNext() {
        Effect open = server.preparing(a, 1);

        assertThat(server.has(a)).isTrue();
        assertThat(server.isOpenBefore(a, 1)).isFalse();
        assertThat(server.isOpenBefore(a, 2)).isTrue();
        assertThat(server.isOpenBefore(2)).isTrue();
        open.done();
        assertThat(server.has(a)).isTrue();
        assertThat(server.isOpenBefore(a, 2)).isFalse();
        assertThat(server.isOpenBefore(2)).isFalse();
    }

    @Test
    void whatFailsIsNotThere() {
        server.preparing(a, 1).failed();

        assertThat(server.has(a)).isFalse();
        assertThat(server.size()).isZero();
        assertThat(server.all()).isEmpty();
    }

    @Test
    void whatIsSkippedChangesNothing() {
        has(a);
        Effect closing = server.closing(a, group);
        assertThat(server.has(a)).isFalse();
        assertThat(server.size()).isZero();
        closing.skipped();
        server.preparing(b, group).skipped();

        assertThat(server.has(a)).isTrue();
        assertThat(server.has(b)).isFalse();
        assertThat(server.size()).isOne();
        assertThat(server.all()).containsExactly(a);
    }

    @Test
    void severalChangesOfOneStatementAreTakenBackLastToFirst() {
        has(a);
        Effect closing = server.closing(a, group);
        Effect preparing = server.preparing(a, group);
        Effect closingAgain = server.closing(a, group);
        for (Effect effect : List.of(closingAgain, preparing, closing)) {
            effect.skipped();
        }

        assertThat(server.has(a)).isTrue();
        assertThat(server.size()).isOne();
        assertThat(server.isOpenBefore(group + 1)).isFalse();
    }

    @Test
    void whatIsLostIsNotThereWhateverIsAnsweredLater() {
        has(a, b);
        server.lost(a);
        server.lost(c);

        assertThat(server.has(a)).isFalse();
        assertThat(server.all()).containsExactly(b);
        assertThat(server.size()).isOne();
    }

    @Test
    void afterAllAreDeallocatedOnlyOpenAnswersBringOneBack() {
        has(a, b);
        Effect closing = server.closing(b, group);
        server.clear();
        assertThat(server.size()).isZero();
        assertThat(server.all()).isEmpty();
        closing.skipped();

        assertThat(server.has(b)).isTrue();
        assertThat(server.has(a)).isFalse();
        assertThat(server.size()).isOne();
    }

    // ---- unnamed ----

    @Test
    void hasTheUnnamedStatementOfTheClientThatParsedLast() {
        ClientStatements one = new ClientStatements();
        ClientStatements two = new ClientStatements();
        UnnamedStatement first = unnamed(one, 1);
        first.done();
        assertThat(server.hasUnnamed(one, first.version())).isTrue();
        UnnamedStatement second = unnamed(two, 2);

        assertThat(server.hasUnnamed(one, first.version())).isFalse();
        assertThat(server.hasUnnamed(two, second.version())).isTrue();
        assertThat(server.isUnnamedOpenBefore(2)).isFalse();
        assertThat(server.isUnnamedOpenBefore(3)).isTrue();
        second.done();
        assertThat(server.isUnnamedOpenBefore(3)).isFalse();
        server.forgetUnnamed();
        assertThat(server.hasUnnamed(two, second.version())).isFalse();
    }

    @Test
    void doesNotHaveTheUnnamedStatementThatFailed() {
        ClientStatements client = new ClientStatements();
        UnnamedStatement failed = unnamed(client, 1);
        failed.failed();

        assertThat(server.hasUnnamed(client, failed.version())).isFalse();
        assertThat(server.isUnnamedOpenBefore(2)).isFalse();
    }

    private UnnamedStatement unnamed(ClientStatements client, long inGroup) {
        return new UnnamedStatement(client, server, Prepared.definition("SELECT 1"), Behaviour.NONE, inGroup);
    }
}
