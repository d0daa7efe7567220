package dev.pgweir.proxy.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a client's names mean, by what it has sent and what became of that. */
final class ClientStatementsTest {
    private final StatementTable table = new StatementTable();
    private final ServerStatements server = new ServerStatements();
    private final ClientStatements client = new ClientStatements();
    private final PreparedStatement a = Prepared.of(table, "a");
    private final PreparedStatement b = Prepared.of(table, "b");

    private @Nullable PreparedStatement meaning(String name) {
        ClientStatements.Name found = client.find(name);
        return found == null ? null : found.statement();
    }

    // ---- names ----

    @Test
    void nameMeansWhatWasSentLast() {
        assertThat(client.find("s")).isNull();
        client.change("s", a, 1).done();
        assertThat(meaning("s")).isSameAs(a);
        client.change("s", null, 2).done();
        assertThat(client.find("s")).isNull();
        client.change("s", b, 3).done();

        assertThat(meaning("s")).isSameAs(b);
        assertThat(client.size()).isOne();
    }

    @Test
    void nameIsOpenForLaterGroupsUntilTheAnswer() {
        Effect open = client.change("s", a, 1);

        assertThat(client.isOpenBefore(1)).isFalse();
        assertThat(client.isOpenBefore(2)).isTrue();
        open.done();
        assertThat(client.isOpenBefore(2)).isFalse();
    }

    @Test
    void whatIsRefusedOrSkippedLeavesTheNameAsItWas() {
        client.change("s", a, 1).done();
        client.change("s", null, 2).skipped();
        assertThat(meaning("s")).isSameAs(a);
        client.change("t", b, 3).failed();
        client.change("u", b, 4).skipped();

        assertThat(client.size()).isOne();
    }

    @Test
    void closeAndParseOfOneGroupAreTakenBackTogether() {
        client.change("s", a, 1).done();
        Effect close = client.change("s", null, 2);
        assertThat(meaning("s")).isNull();
        Effect parse = client.change("s", b, 2);
        assertThat(meaning("s")).isSameAs(b);
        parse.failed();
        assertThat(meaning("s")).isNull();
        close.skipped();

        assertThat(meaning("s")).isSameAs(a);
    }

    @Test
    void closeThatIsDoneStaysWhenTheParseBehindItFails() {
        client.change("s", a, 1).done();
        Effect close = client.change("s", null, 2);
        Effect parse = client.change("s", b, 2);
        close.done();
        parse.failed();

        assertThat(client.find("s")).isNull();
    }

    @Test
    void allNamesCanBeCleared() {
        client.change("s", a, 1).done();
        client.change("t", b, 1).done();
        unnamed("SELECT 1", 1).done();
        client.clear();

        assertThat(client.size()).isZero();
        assertThat(client.find("s")).isNull();
        assertThat(client.unnamed()).isNotNull();
    }

    @Test
    void errorIsToldWithTheClientsName() {
        client.change("my name", a, 1).done();

        ClientStatements.Name name = Objects.requireNonNull(client.find("my name"));
        assertThat(name.clientName(a.name())).isEqualTo("my name");
        assertThat(name.clientPosition(17)).isEqualTo(17);
    }

    // ---- the unnamed statement ----

    @Test
    void unnamedIsTheOneThatWasSentLast() {
        assertThat(client.unnamed()).isNull();
        UnnamedStatement one = unnamed("SELECT 1", 1);
        assertThat(client.unnamed()).isSameAs(one);
        assertThat(one.definition()).isEqualTo(Prepared.definition("SELECT 1"));
        one.done();
        UnnamedStatement two = unnamed("SELECT 2", 2);

        assertThat(client.unnamed()).isSameAs(two);
        assertThat(two.version()).isNotEqualTo(one.version());
    }

    @Test
    void unnamedThatIsSkippedBringsTheOneBeforeBack() {
        UnnamedStatement one = unnamed("SELECT 1", 1);
        one.done();
        unnamed("SELECT 2", 2).skipped();

        assertThat(client.unnamed()).isSameAs(one);
    }

    @Test
    void unnamedThatFailsLeavesNone() {
        unnamed("SELECT 1", 1).done();
        unnamed("SELECT", 2).failed();

        assertThat(client.unnamed()).isNull();
    }

    @Test
    void laterGroupOfAPipelineIsNotTouchedByTheErrorOfAnEarlierOne() {
        UnnamedStatement one = unnamed("SELECT 1", 1);
        one.done();
        UnnamedStatement skipped = unnamed("SELECT 2", 2);
        UnnamedStatement later = unnamed("SELECT 3", 3);
        skipped.skipped();
        assertThat(client.unnamed()).isSameAs(later);
        later.skipped();

        assertThat(client.unnamed()).isSameAs(one);
    }

    @Test
    void closeEndsTheUnnamedStatementUnlessItIsSkipped() {
        UnnamedStatement one = unnamed("SELECT 1", 1);
        one.done();
        Effect skipped = client.closeUnnamed(server, 2);
        assertThat(client.unnamed()).isNull();
        skipped.skipped();
        assertThat(client.unnamed()).isSameAs(one);
        client.closeUnnamed(server, 3).done();

        assertThat(client.unnamed()).isNull();
    }

    @Test
    void parsedOnceMoreItIsOnTheOtherServerUntilThatFails() {
        UnnamedStatement one = unnamed("SELECT 1", 1);
        one.done();
        ServerStatements other = new ServerStatements();
        Effect again = one.again(other, 2);
        assertThat(other.hasUnnamed(client, one.version())).isTrue();
        again.failed();

        assertThat(other.hasUnnamed(client, one.version())).isFalse();
        assertThat(client.unnamed()).isSameAs(one);
    }

    private UnnamedStatement unnamed(String text, long group) {
        return new UnnamedStatement(client, server, Prepared.definition(text), Behaviour.NONE, group);
    }
}
