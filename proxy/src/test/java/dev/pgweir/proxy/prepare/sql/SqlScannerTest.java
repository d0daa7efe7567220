package dev.pgweir.proxy.prepare.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlScannerTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PREPARE a AS SELECT 1                              | PREPARE a
            prepare Foo_1$ (int, text) as select $1            | PREPARE foo_1$
            PREPARE "Foo "" x"AS SELECT 1                      | PREPARE Foo " x
            PREPARE/**/a/* x */(numeric(10,2))AS SELECT 1      | PREPARE a
            PREPARE transaction AS SELECT 1                    | PREPARE transaction
            PREPARE prepare AS SELECT 1                        | PREPARE prepare
            PREPARE a AS INSERT INTO t VALUES ('x;y')          | PREPARE a
            EXECUTE a                                          | EXECUTE a
            EXECUTE "A"                                        | EXECUTE A
            Execute a(1, ';', $$;$$)                           | EXECUTE a
            EXECUTE a ('x') ;                                  | EXECUTE a
            DEALLOCATE a                                       | DEALLOCATE a
            DEALLOCATE PREPARE a                               | DEALLOCATE a
            DEALLOCATE prepare                                 | DEALLOCATE prepare
            DEALLOCATE PREPARE PREPARE                         | DEALLOCATE prepare
            DEALLOCATE "all"                                   | DEALLOCATE all
            DEALLOCATE "prepare"                               | DEALLOCATE prepare
            DEALLOCATE ALL                                     | DEALLOCATE_ALL
            deallocate prepare all;                            | DEALLOCATE_ALL
            DEALLOCATE/* all */ALL -- done                     | DEALLOCATE_ALL
            DEALLOCATE pdo_stmt_00000001                       | DEALLOCATE pdo_stmt_00000001
            DEALLOCATE allx                                    | DEALLOCATE allx
            DISCARD ALL                                        | DISCARD_ALL
            discard all;                                       | DISCARD_ALL
            """)
    void statementsThatArePreparedAreFoundWithTheirNames(String text, String expected) {
        assertThat(Scans.found(text)).isEqualTo(expected);
        assertThat(Scans.scan(text).single()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SET a = 1                                          | SET a
            SET a=1                                            | SET a
            set Search_Path to x, y                            | SET search_path
            SET SESSION statement_timeout = '5s'               | SET statement_timeout
            SET "DateStyle" TO ISO                             | SET datestyle
            SET my.Var = 'x'                                   | SET my.var
            SET my . "V a" . c TO DEFAULT                      | SET my.v a.c
            SET "a.b" = 1                                      | SET a.b
            SET a FROM CURRENT                                 | SET a
            SET session.user_id = 7                            | SET session.user_id
            SET local.user_id = 7                              | SET local.user_id
            SET SESSION session.x TO 7                         | SET session.x
            SET session = 7                                    | SET session
            SET e = 'a'                                        | SET e
            SET TIME ZONE 'UTC'                                | SET timezone
            SET SESSION TIME ZONE LOCAL                        | SET timezone
            SET TimeZone = 'UTC'                               | SET timezone
            SET NAMES 'UTF8'                                   | SET client_encoding
            SET SCHEMA 'x'                                     | SET search_path
            SET ROLE x                                         | SET role
            SET SESSION ROLE NONE                              | SET role
            SET role TO x                                      | SET role
            SET SESSION AUTHORIZATION x                        | SET session_authorization
            SET SESSION SESSION AUTHORIZATION DEFAULT          | SET session_authorization
            SET XML OPTION DOCUMENT                            | SET xmloption
            RESET a                                            | SET a
            RESET my.Var;                                      | SET my.var
            RESET TIME ZONE                                    | SET timezone
            RESET ROLE                                         | SET role
            RESET SESSION AUTHORIZATION                        | SET session_authorization
            RESET session                                      | SET session
            RESET "all"                                        | SET all
            RESET ALL                                          | RESET_ALL
            reset/**/all;                                      | RESET_ALL
            """)
    void settingsAreFoundInEachOfTheirForms(String text, String expected) {
        assertThat(Scans.found(text)).isEqualTo(expected);
    }

    @Test
    void characteristicsOfTheSessionAreThreeParameters() {
        String text = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY";
        assertThat(Scans.found(text))
                .isEqualTo("SET default_transaction_isolation, SET default_transaction_read_only,"
                        + " SET default_transaction_deferrable");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SELECT set_config('a', 'b', false)                 | SET a
            select Set_Config('My.Var', $1, false)             | SET my.var
            SELECT pg_catalog.set_config('search_path','',false) | SET search_path
            SELECT PG_CATALOG /* x */ . set_config ( 'a' , 'b', false) | SET a
            SELECT 1, set_config('a', 'b', false), set_config('c', 'd', false) | SET a, SET c
            SELECT set_config('a', set_config('b', 'c', false), false) | SET a, SET b
            SELECT set_config($1, $2, false)                   | SET
            SELECT set_config(name, setting, false) FROM s     | SET
            SELECT set_config('a'::text, 'c', false)           | SET
            SELECT set_config('it''s', 'c', false)             | SET
            SELECT set_config(E'a', 'c', false)                | SET
            SELECT set_config()                                | SET
            SELECT set_config('a', 'b', $1)                    | SET a
            SELECT set_config('a', 'b', not true)              | SET a
            SELECT set_config('a', upper('b'), true)           | SET a
            WITH x AS (SELECT set_config('a', 'b', false)) SELECT * FROM x | SET a
            SELECT * FROM t WHERE a_set_config = 1 AND set_config('a', 'b', false) = '' | SET a
            SELECT ';', set_config('a', 'b', false)            | SET a
            VALUES (set_config('a', 'b', false))               | SET a
            (SELECT set_config('a', 'b', false))               | SET a
            INSERT INTO t SELECT set_config('a', 'b', false)   | SET a
            EXPLAIN ANALYZE SELECT set_config('a', 'b', false) | SET a
            SELECT "pg_catalog" . "set_config" ('a', 'b', false) | SET a
            SELECT set_config('\u00e4', 'b', false)          | SET
            """)
    void callsOfSetConfigAreFound(String text, String expected) {
        assertThat(Scans.found(text)).isEqualTo(expected);
        assertThat(Scans.scan(text).single()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ";",
                ";;  ; -- x",
                "-- only a comment",
                "/* DISCARD ALL; */",
                "-- DISCARD ALL;\n",
                "SELECT abalance FROM pgbench_accounts WHERE aid = 123;",
                "SELECT 1",
                "SELECT",
                "BEGIN",
                "P",
                "S;",
                // Only the transaction
                "SET LOCAL a = 1",
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                "SET SESSION TRANSACTION READ ONLY",
                "SET CONSTRAINTS ALL DEFERRED",
                "RESET TRANSACTION ISOLATION LEVEL",
                "SELECT set_config('a', 'b', true)",
                "PREPARE TRANSACTION 'x'",
                // Other statements that begin alike
                "DISCARD PLANS",
                "DISCARD SEQUENCES",
                "DISCARD TEMP",
                "DISCARD \"all\"",
                "PREPARED a AS SELECT 1",
                "EXECUTED a",
                "SETTINGS a = 1",
                "RESETS ALL",
                "\"SET\" a = 1",
                "E'x' EXECUTE a",
                "ROLLBACK",
                "EXPLAIN SELECT 1",
                "UPDATE t SET a = 1",
                "GRANT EXECUTE ON FUNCTION f() TO x",
                // Not finished
                "PREPARE",
                "PREPARE a",
                "PREPARE \"a AS SELECT 1",
                "PREPARE \"\" AS SELECT 1",
                "PREPARE 'a' AS SELECT 1",
                "PREPARE U&\"a\" AS SELECT 1",
                "EXECUTE",
                "EXECUTE a b",
                "DEALLOCATE",
                "DEALLOCATE \"a",
                "DEALLOCATE \"a\"\"",
                "DEALLOCATE a b",
                "DEALLOCATE 1",
                "DISCARD",
                "DISCARD ALL x",
                "SET",
                "SET a",
                "SET a 1",
                "SET a. = 1",
                "SET SESSION",
                "SET TIME",
                "SET SESSION CHARACTERISTICS",
                "RESET",
                "RESET a b",
                "RESET a.",
                // What is quoted
                "SELECT 'DISCARD ALL; DISCARD ALL'",
                "SELECT 'it''s; DISCARD ALL'",
                "SELECT E'\\'; DISCARD ALL; --'",
                "SELECT E'a'\n'\\'; DISCARD ALL; --'",
                "SELECT E'a' -- x\n  '\\'; DISCARD ALL; --'",
                "SELECT e'\\\\\\'; DISCARD ALL'",
                "SELECT N'; DISCARD ALL', B'; DISCARD ALL', X'; DISCARD ALL', U&'; DISCARD ALL'",
                "SELECT \"; DISCARD ALL; \"\"; DISCARD ALL\"",
                "SELECT $$; DISCARD ALL; $x$; DISCARD ALL; $$",
                "SELECT $a$; DISCARD ALL; $$; DISCARD ALL; $A$; DISCARD ALL; $a$",
                "SELECT $\u00e4_1$; DISCARD ALL; $\u00e4_1$",
                "SELECT 1 /* /* ; */ ; DISCARD ALL; */",
                "SELECT 1 -- ; DISCARD ALL",
                "SELECT 'set_config(''a'', 1)', $$set_config('a', 1)$$, \"Set_config\"('a') -- set_config('a', 1)",
                "SELECT mine.set_config('a', 'b', false), x_set_config('a'), set_configs('a'), set_config",
                "SELECT $1 /* set_config('a', 'b', false) */",
                // Bodies
                "DO $$ BEGIN SET a = 1; EXECUTE 'x'; PERFORM set_config('a', 'b', false); END $$",
                // Never closed
                "SELECT '; DISCARD ALL;",
                "SELECT E'; \\",
                "SELECT E'; DISCARD ALL\\'",
                "SELECT \"; DISCARD ALL;",
                "SELECT $$; DISCARD ALL;",
                "SELECT $abc$; DISCARD ALL; $ab",
                "SELECT 1 /* ; DISCARD ALL;",
                "/* DISCARD ALL",
                "SELECT (1; DISCARD ALL",
                "SELECT set_config",
            })
    void anythingElseIsLeftAlone(String text) {
        assertThat(Scans.scan(text)).isSameAs(SqlScan.NOTHING);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SET LOCAL search_path = a                          | READING search_path
            SET LOCAL SCHEMA 'a'                               | READING search_path
            SET LOCAL "Search_Path" TO DEFAULT                 | READING search_path
            SET LOCAL ROLE x                                   | READING role
            SET LOCAL SESSION AUTHORIZATION x                  | READING session_authorization
            SET LOCAL TIME ZONE 'UTC'                          | READING timezone
            SET LOCAL DateStyle = German                       | READING datestyle
            SELECT set_config('Search_Path', 'a', true)        | READING search_path
            SELECT set_config($1, $2::text, TRUE)              | READING
            SELECT set_config('role', 'a', true), set_config('b', 'c', false) | READING role, SET b
            CREATE TEMP TABLE t (n int)                        | READING
            alter table t add n int                            | READING
            DROP/**/TABLE t                                    | READING
            """)
    void whatChangesTheMeaningOfLaterTextsInItsTransactionIsFound(String text, String expected) {
        assertThat(Scans.found(text)).isEqualTo(expected);
        assertThat(Scans.scan(text).single()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER ROLE x SET a = 1",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET a = 1; DISCARD ALL'",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SET a = 1; RESET ALL; END",
                "CREATE OR REPLACE PROCEDURE f() BEGIN ATOMIC"
                        + " SELECT CASE WHEN a THEN 1 ELSE 2 END AS end, t.case; SELECT set_config('a', 'b', false);"
                        + " RESET ALL; END;",
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT set_config('a', 'b', false); DELETE FROM t)",
            })
    void whatADefinitionContainsIsLeftAlone(String text) {
        assertThat(Scans.found(text)).isEqualTo("READING");
        assertThat(Scans.scan(text).single()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            BEGIN; SELECT 1; COMMIT                            |
            SELECT 1; SELECT 2                                 |
            BEGIN; DEALLOCATE a; COMMIT                        | DEALLOCATE a
            SET a = 1; SET b = 2;                              | SET a, SET b
            SELECT 'x;'; DISCARD ALL                           | DISCARD_ALL
            SELECT 'a\\'; DISCARD ALL; --'                     | DISCARD_ALL
            SELECT N'a\\'; DISCARD ALL; --'                    | DISCARD_ALL
            SELECT typeE'a\\'; DISCARD ALL; --'                | DISCARD_ALL
            SELECT E'a' '\\'; DISCARD ALL; --'                 | DISCARD_ALL
            SELECT a$b$; DISCARD ALL; SELECT c$b$              | DISCARD_ALL
            SELECT $1$; DISCARD ALL                            | DISCARD_ALL
            SELECT $1; DISCARD ALL                             | DISCARD_ALL
            SELECT 1 - 1 / 2 * 3; RESET ALL                    | RESET_ALL
            SELECT (1)); RESET ALL                             | RESET_ALL
            /* x; */ ; RESET a; /* y */ SELECT 1               | SET a
            CREATE TABLE t (a int); SET a = 1                  | READING, SET a
            CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END; SET a = 1 | READING, SET a
            BEGIN; END; SET a = 1                              | SET a
            INSERT INTO t VALUES (';'); SELECT set_config('a', 'b', false) | SET a
            SELECT 1; PREPARE a AS SELECT set_config('a', 'b', false); EXECUTE a(';') | PREPARE a, EXECUTE a
            """)
    void eachStatementOfATextIsLookedAt(String text, String expected) {
        assertThat(Scans.found(text)).isEqualTo(expected == null ? "" : expected);
        assertThat(Scans.scan(text).single()).isFalse();
    }

    @Test
    void aCommentEndsWithItsLine() {
        assertThat(Scans.found("-- x\nDISCARD ALL")).isEqualTo("DISCARD_ALL");
        assertThat(Scans.found("-- x\rDISCARD ALL")).isEqualTo("DISCARD_ALL");
        assertThat(Scans.found("SELECT 1 --;\n;\t\f\u000bRESET ALL--")).isEqualTo("RESET_ALL");
    }

    @Test
    void nullBytesAreBytesLikeOthers() {
        assertThat(Scans.found("SELECT \0;DISCARD ALL")).isEqualTo("DISCARD_ALL");
        assertThat(Scans.found("\0DISCARD ALL")).isEmpty();
    }

    @Test
    void statementAndNameAreLocated() {
        String text = " /* \u00e4 */ SELECT 1 ; prepare \"A\u00e4\" (int) AS SELECT ';' /* x */ ; EXECUTE b -- y";
        List<SessionStatement> found = Scans.scan(text).statements();

        SessionStatement prepare = found.get(0);
        assertThat(Scans.part(text, prepare.from(), prepare.to())).isEqualTo("prepare \"A\u00e4\" (int) AS SELECT ';'");
        assertThat(Scans.part(text, prepare.nameFrom(), prepare.nameTo())).isEqualTo("\"A\u00e4\"");
        assertThat(prepare.name()).isEqualTo("A\u00c3\u00a4");
        SessionStatement execute = found.get(1);
        assertThat(Scans.part(text, execute.from(), execute.to())).isEqualTo("EXECUTE b");
        assertThat(Scans.part(text, execute.nameFrom(), execute.nameTo())).isEqualTo("b");
    }

    @Test
    void settingsHaveNoPlaceForTheirName() {
        SessionStatement set = Scans.scan("SET a = 1").statements().get(0);
        assertThat(set.nameFrom()).isEqualTo(-1);
        assertThat(set.nameTo()).isEqualTo(-1);
    }

    @Test
    void namesAreCutAsPostgresDoes() {
        String long63 = "x".repeat(63);
        assertThat(Scans.found("EXECUTE " + long63)).isEqualTo("EXECUTE " + long63);
        assertThat(Scans.found("EXECUTE " + long63.toUpperCase(Locale.ROOT) + "yz"))
                .isEqualTo("EXECUTE " + long63);
        assertThat(Scans.found("EXECUTE \"" + long63 + "\"\"\"")).isEqualTo("EXECUTE " + long63);
        assertThat(Scans.found("EXECUTE \"" + "x".repeat(60) + "\"\"\"\"\"\"\"\"\""))
                .isEqualTo("EXECUTE " + "x".repeat(60) + "\"\"\"");
        assertThat(Scans.found("SET a." + long63 + "y = 1")).isEqualTo("SET a." + long63);
    }

    @Test
    void noCharacterOfANameIsCutInTwo() {
        String euro = "\u00e2\u0082\u00ac";
        assertThat(name("EXECUTE " + "x".repeat(61) + "\u20ac")).isEqualTo("x".repeat(61));
        assertThat(name("EXECUTE " + "x".repeat(60) + "\u20acy")).isEqualTo("x".repeat(60) + euro);
        assertThat(name("EXECUTE " + "\u00e4".repeat(32))).isEqualTo("\u00c3\u00a4".repeat(31));
    }

    private static String name(String text) {
        return Scans.scan(text).statements().get(0).name();
    }
}
