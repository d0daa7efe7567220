package dev.pgweir.proxy.prepare.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How far the scanner looks, and that this does not make it see what is not there. */
final class SqlScannerBoundsTest {
    private static final int TEXT = SqlScanner.TEXT_BOUND;
    private static final int STATEMENT = SetConfigCalls.STATEMENT_BOUND;

    @Test
    void statementsWithinTheBoundOfALongTextAreFound() {
        String text = "SET a = 1; PREPARE b AS SELECT '" + "x".repeat(TEXT) + "'; DISCARD ALL";
        assertThat(Scans.found(text)).isEqualTo("SET a, PREPARE b");
        SqlScan scan = Scans.scan(text);
        SessionStatement prepare = scan.statements().get(1);
        assertThat(scan.single()).isFalse();
        assertThat(Scans.part(text, prepare.from(), prepare.to()))
                .startsWith("PREPARE b")
                .endsWith("DISCARD ALL");
    }

    @Test
    void whetherALongTextIsOneStatementIsNotKnown() {
        assertThat(Scans.scan("INSERT INTO t VALUES ('" + "x".repeat(TEXT)).single())
                .isFalse();
        assertThat(Scans.scan("SELECT '" + "x".repeat(TEXT)).single()).isFalse();
        assertThat(Scans.scan(" ".repeat(TEXT) + "SELECT 1").single()).isFalse();
        assertThat(Scans.scan("_".repeat(TEXT + 1)).single()).isFalse();
        assertThat(Scans.scan(" ".repeat(TEXT - 8) + "SELECT 1").single()).isTrue();
    }

    @Test
    void aStatementThatTheBoundCutsIsNotMistakenForAShorterOne() {
        for (String statement : new String[] {
            "DISCARD ALL x",
            "DEALLOCATE foo bar",
            "DEALLOCATE ALL x",
            "RESET a b",
            "EXECUTE a b",
            "RESET ALL x",
            "SET x y"
        }) {
            for (int cut = 0; cut <= statement.length(); cut++) {
                String text = " ".repeat(TEXT - cut) + statement + " x";
                assertThat(Scans.found(text)).as("%s cut at %s", statement, cut).isEmpty();
            }
        }
    }

    @Test
    void theCutLeavesWordsWhole() {
        for (int cut = 0; cut <= 20; cut++) {
            String text = " ".repeat(TEXT - cut) + "DEALLOCATE a_long_name; SELECT 1";
            assertThat(Scans.found(text)).isEmpty();
            assertThat(Scans.found(" ".repeat(TEXT - cut) + "SET names_x = 1")).isIn("", "SET names_x");
        }
    }

    @Test
    void callsMustBeginWithinTheFirstKilobytesOfAStatement() {
        String filler = "SELECT '" + "x".repeat(STATEMENT - 11) + "',"; // STATEMENT - 1 bytes
        String call = "set_config('a', 'b', false)";
        assertThat(Scans.found(filler + call)).isEqualTo("SET a");
        assertThat(Scans.found(filler + " " + call)).isEqualTo("");
        assertThat(Scans.found("SELECT 1; " + filler + call)).isEqualTo("SET a");
    }

    @Test
    void hostileTextsOfTheFullLengthEnd() {
        for (String piece : new String[] {
            "set_config(",
            "SELECT set_config('',",
            "/*",
            "$a$b",
            "$aaaaaaaaaaaa",
            "E'\\",
            "'",
            "\"",
            "(",
            "SET a.",
            ";",
            "--",
            "PREPARE a(",
            "CREATE BEGIN ATOMIC CASE ",
            "\n'",
            "E'' --\n"
        }) {
            String body = piece.repeat(TEXT / piece.length());
            for (String start : new String[] {"", "SELECT ", "SET ", "CREATE ", "SELECT 1;"}) {
                assertThat(Scans.scan(start + body).statements())
                        .as("%s%s...", start, piece)
                        .hasSizeLessThan(TEXT / 6);
            }
        }
    }
}
