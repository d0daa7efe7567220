package dev.pgweir.proxy.prepare.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random texts; the seeds are fixed, so a failure comes again. */
final class SqlScannerFuzzTest {

    /** A statement, and what is to be found in it. */
    private record Piece(String text, List<String> found) {}

    private static Piece piece(String text, String... found) {
        return new Piece(text, List.of(found));
    }

    private static final List<Piece> PIECES = List.of(
            piece("SELECT 1"),
            piece("SELECT abalance FROM pgbench_accounts WHERE aid = 123"),
            piece("INSERT INTO t VALUES ('a;b', E'\\';', $$;'$$, $q$;$$ $q$, \";\"\";\")"),
            piece("DO $body$ BEGIN SET a = 1; PERFORM set_config('x', 'y', false); END $body$"),
            piece(
                    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; RESET ALL; END",
                    "READING"),
            piece("SELECT 'set_config(''a'', 1)' /* ; set_config('a', 1) */ -- ; DISCARD ALL\n, 2"),
            piece("SELECT E'a'\n ';\\';' , 1"),
            piece("SET LOCAL a = ';'"),
            piece("\u20ac\u00e4 x"),
            piece("SET LOCAL Search_Path TO a, b", "READING search_path"),
            piece("DROP TABLE t", "READING"),
            piece("COMMIT"),
            piece("UPDATE t SET a = ';'"),
            piece("PREPARE Abc (int) AS SELECT ';', set_config('a', 'b', false)", "PREPARE abc"),
            piece("EXECUTE \"A;b\"(1, ';')", "EXECUTE A;b"),
            piece("DEALLOCATE PREPARE c", "DEALLOCATE c"),
            piece("DEALLOCATE ALL", "DEALLOCATE_ALL"),
            piece("DISCARD ALL", "DISCARD_ALL"),
            piece("SET x.y = 'a;b'", "SET x.y"),
            piece("SET SESSION TIME ZONE ';'", "SET timezone"),
            piece("RESET SESSION AUTHORIZATION", "SET session_authorization"),
            piece("RESET ALL", "RESET_ALL"),
            piece("SELECT set_config('m', ';', false), set_config($1, 'x', false)", "SET m", "SET"),
            piece("WITH a AS (SELECT set_config('n', $$;$$, false)) SELECT 1", "SET n"));

    private static final List<String> BLANKS = List.of(
            "", " ", "\n", "\t\r\n", "/* ; DISCARD ALL; */", "-- DISCARD ALL;\n", "/* /* ' */ \" */", "--\n--'\n");

    @Test
    void findsInARandomTextWhatWasPutThere() {
        Random random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(blanks(random));
            List<String> expected = new ArrayList<>();
            List<String> places = new ArrayList<>();
            int count = random.nextInt(6);
            for (int i = 0; i < count; i++) {
                Piece piece = PIECES.get(random.nextInt(PIECES.size()));
                for (String found : piece.found()) {
                    expected.add(found);
                    places.add(piece.text());
                }
                text.append(piece.text()).append(blanks(random));
                if (i < count - 1 || random.nextBoolean()) {
                    text.append(";".repeat(1 + random.nextInt(2))).append(blanks(random));
                }
            }
            assertFound(text.toString(), expected, places, count <= 1);
        }
    }

    private static void assertFound(String text, List<String> expected, List<String> places, boolean single) {
        SqlScan scan = Scans.scan(text);
        assertThat(scan.statements()).as(text).extracting(Scans::describe).containsExactlyElementsOf(expected);
        assertThat(scan.statements())
                .as(text)
                .extracting(found -> Scans.part(text, found.from(), found.to()))
                .containsExactlyElementsOf(places);
        assertThat(scan.single()).as(text).isEqualTo(single);
    }

    @Test
    void aTextThatIsCutAnywhereIsScannedToItsEnd() {
        for (Piece piece : PIECES) {
            for (Piece second : PIECES) {
                String text = piece.text() + " /* x */;" + second.text() + "; DISCARD ALL";
                for (int cut = 0; cut < text.length(); cut++) {
                    assertPlausible(text.substring(0, cut).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void randomBytesAreScannedToTheirEnd() {
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            byte[] text = new byte[random.nextInt(200)];
            random.nextBytes(text);
            assertPlausible(text);
        }
    }

    @Test
    void randomTokensAreScannedToTheirEnd() {
        String[] tokens = {
            "'",
            "\"",
            "$$",
            "$a$",
            "$",
            "E'",
            "\\",
            "--",
            "/*",
            "*/",
            ";",
            "(",
            ")",
            ",",
            ".",
            "=",
            "\n",
            " ",
            "\0",
            "\u00e4",
            "SET ",
            "RESET ",
            "ALL",
            "a",
            "PREPARE ",
            "EXECUTE ",
            "DEALLOCATE ",
            "DISCARD ",
            "AS",
            "SELECT ",
            "WITH ",
            "set_config",
            "CREATE ",
            "BEGIN ATOMIC ",
            "END",
            "CASE ",
            "SESSION ",
            "LOCAL ",
            "TIME ",
            "ZONE ",
            "1",
            "_"
        };
        Random random = new Random(7);
        for (int round = 0; round < 50_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                text.append(tokens[random.nextInt(tokens.length)]);
            }
            assertPlausible(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Whatever the text: what is found lies in it, in order, and is the same wherever the text stands in a buffer. */
    private static void assertPlausible(byte[] text) {
        SqlScan scan = Scans.scan(text);
        int start = 0;
        int end = 0;
        for (SessionStatement found : scan.statements()) {
            assertThat(found.from() == start || found.from() > end).isTrue();
            assertThat(found.to()).isGreaterThan(found.from());
            start = found.from();
            end = found.to();
        }
        ByteBuf alone = Unpooled.wrappedBuffer(text);
        SqlScan again = SqlScanner.scan(alone, 0, text.length);
        assertThat(again.single()).isEqualTo(scan.single());
        assertThat(again.statements())
                .extracting(Scans::describe)
                .containsExactlyElementsOf(
                        scan.statements().stream().map(Scans::describe).toList());
    }

    private static String blanks(Random random) {
        return " " + BLANKS.get(random.nextInt(BLANKS.size())) + BLANKS.get(random.nextInt(BLANKS.size()));
    }
}
