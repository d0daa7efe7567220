package dev.pgweir.proxy.prepare;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SurplusStatementsTest {

    private final StatementTable table = new StatementTable();
    private final ServerStatements server = new ServerStatements();

    private PreparedStatement statement(String text) {
        return table.of(PreparedStatement.Kind.PARSE, text.getBytes(US_ASCII), List.of(), Behaviour.NONE);
    }

    private PreparedStatement prepared(String text) {
        PreparedStatement statement = statement(text);
        server.preparing(statement, 0).done();
        return statement;
    }

    @Test
    void closesTheLeastRecentlyUsedOnes() {
        PreparedStatement one = prepared("1");
        PreparedStatement two = prepared("2");
        PreparedStatement three = prepared("3");
        assertThat(server.has(one)).isTrue();

        assertThat(server.surplus(4, Set.of(statement("4")))).isEmpty();
        assertThat(server.surplus(3, Set.of(statement("4")))).containsExactly(two);
        assertThat(server.surplus(1, Set.of(statement("4")))).containsExactly(two, three, one);
    }

    @Test
    void keepsWhatIsNeededAndWhatIsNotAnswered() {
        PreparedStatement needed = prepared("1");
        PreparedStatement free = prepared("2");
        Effect open = server.preparing(statement("3"), 1);

        assertThat(server.surplus(1, Set.of(needed, statement("4")))).containsExactly(free);
        server.closing(free, 1);
        assertThat(server.surplus(1, Set.of(needed))).isEmpty();
        open.done();
        assertThat(server.surplus(1, Set.of(needed))).containsExactly(statement("3"));
    }

    @Test
    void whatIsTakenBackIsThereAgain() {
        PreparedStatement one = prepared("1");
        Effect closing = server.closing(one, 1);
        assertThat(server.size()).isZero();

        closing.skipped();

        assertThat(server.has(one)).isTrue();
        assertThat(server.surplus(1, Set.of())).containsExactly(one);
        server.lost(one);
        assertThat(server.size()).isZero();
        assertThat(server.surplus(1, Set.of())).isEmpty();
    }
}
