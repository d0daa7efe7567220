package dev.pgweir.proxy.prepare;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ClearedStatementsTest {

    private final StatementTable table = new StatementTable();
    private final ClientStatements client = new ClientStatements();
    private final ServerStatements server = new ServerStatements();

    private PreparedStatement statement(String text) {
        return table.of(PreparedStatement.Kind.PARSE, text.getBytes(US_ASCII), List.of(), Behaviour.NONE);
    }

    private @Nullable PreparedStatement named(String name) {
        ClientStatements.Name known = client.find(name);
        return known == null ? null : known.statement();
    }

    private UnnamedStatement unnamed(String text, long group) {
        return new UnnamedStatement(client, server, text.getBytes(US_ASCII), Behaviour.NONE, group);
    }

    @Test
    void whatIsClearedComesBackIfThatFails() {
        client.change("a", statement("1"), 0).done();
        Effect closed = client.change("b", null, 1);
        Effect clearing = client.clearing();
        Effect later = client.change("a", statement("2"), 1);
        assertThat(named("a")).isEqualTo(statement("2"));

        closed.done();
        later.skipped();
        clearing.failed();

        assertThat(named("a")).isEqualTo(statement("1"));
        assertThat(client.size()).isEqualTo(1);
    }

    @Test
    void whatIsClearedIsGone() {
        client.change("a", statement("1"), 0).done();
        client.clearing().done();
        assertThat(client.size()).isZero();
    }

    @Test
    void unnamedStatementsOfAPipelineAreTakenBackInAnyPlace() {
        UnnamedStatement first = unnamed("1", 1);
        UnnamedStatement second = unnamed("2", 1);
        UnnamedStatement third = unnamed("3", 2);
        UnnamedStatement fourth = unnamed("4", 3);
        first.done();

        // An error skips the rest of its group, while later groups are under way.
        second.skipped();
        assertThat(client.unnamed()).isSameAs(fourth);
        fourth.skipped();
        assertThat(client.unnamed()).isSameAs(third);
        third.skipped();
        assertThat(client.unnamed()).isSameAs(first);
        assertThat(server.isUnnamedOpenBefore(9)).isFalse();
    }

    @Test
    void unnamedStatementThatFailsLeavesNone() {
        unnamed("1", 1).done();
        UnnamedStatement second = unnamed("2", 2);
        UnnamedStatement third = unnamed("3", 3);
        second.failed();
        third.skipped();
        assertThat(client.unnamed()).isNull();
    }
}
