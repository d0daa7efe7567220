package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private static final String SOCKETS = "type user database replication state addr port local_addr local_port"
            + " connect_time request_time wait wait_us close_needed ptr link remote_pid tls application_name"
            + " prepared_statements id";

    @Test
    void showsPoolsWithPgBouncersColumns() {
        Answer answer = Answer.to("SHOW POOLS", false);
        assertThat(answer.columns())
                .isEqualTo("database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req sv_active"
                        + " sv_active_cancel sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait maxwait_us"
                        + " pool_mode load_balance_hosts");
        assertThat(answer.types()).isEqualTo("ssiiiiiiiiiiiiiss");
        assertThat(answer.rows().get(0))
                .containsExactly(
                        "db",
                        "me",
                        "1",
                        "2",
                        "3",
                        "4",
                        "5",
                        "6",
                        "7",
                        "8",
                        "9",
                        "10",
                        "11",
                        "12",
                        "13",
                        "transaction",
                        "round-robin");
    }

    @Test
    void showsPeersAndWhatIsOnItsWayToThem() {
        Answer peers = Answer.to("SHOW PEERS", false);
        assertThat(peers.types()).isEqualTo("isii");
        assertThat(peers.rows().get(0)).containsExactly("1", "/run/peer", "6432", "20");
        Answer pools = Answer.to("SHOW PEER_POOLS", false);
        assertThat(pools.types()).isEqualTo("iiiii");
        assertThat(pools.rows().get(0)).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void showsTheAddressesThatAreRemembered() {
        Answer hosts = Answer.to("SHOW DNS_HOSTS", false);
        assertThat(hosts.types()).isEqualTo("sqs");
        assertThat(hosts.rows().get(0)).containsExactly("db.example.com", "15", "192.0.2.1,192.0.2.2");
    }

    @Test
    void showsClientsAndServersWithTheSameColumns() {
        Answer clients = Answer.to("SHOW CLIENTS", false);
        Answer servers = Answer.to("SHOW SERVERS", false);
        // Times are sent as text.
        assertThat(clients.types()).isEqualTo("ssssssisissiiississii");
        assertThat(clients.columns()).isEqualTo(SOCKETS);
        assertThat(servers.columns()).isEqualTo(SOCKETS);
        assertThat(clients.rows().get(0))
                .containsExactly(
                        "C",
                        "me",
                        "db",
                        "logical",
                        "idle",
                        "127.0.0.1",
                        "1001",
                        "127.0.0.2",
                        "1002",
                        "2026-01-02 03:04:05 UTC",
                        "2026-01-02 03:04:06 UTC",
                        "7",
                        "8",
                        "1",
                        "0x2",
                        "0x3",
                        "0",
                        "",
                        "app",
                        "3",
                        "9");
        assertThat(servers.rows().get(0)).contains("S", "active", "4711");
    }

    @Test
    void showsDatabasesWithPgBouncersColumns() {
        Answer answer = Answer.to("SHOW DATABASES", false);
        assertThat(answer.columns())
                .isEqualTo("name host port database force_user pool_size min_pool_size reserve_pool_size"
                        + " server_lifetime pool_mode load_balance_hosts max_connections current_connections"
                        + " max_client_connections current_client_connections paused disabled");
        assertThat(answer.types()).isEqualTo("ssissiiiissiiiiii");
        assertThat(answer.rows().get(0))
                .containsExactly(
                        "db", "host", "5432", "real", "forced", "1", "2", "3", "4", "session", "disable", "5", "6", "7",
                        "8", "1", "0");
    }

    @Test
    void showsUsersWithAlignedSizes() {
        Answer answer = Answer.to("SHOW USERS", false);
        assertThat(answer.types()).isEqualTo("ssssiiii");
        assertThat(answer.rows().get(0)).containsExactly("me", "        5", "", "statement", "1", "2", "3", "4");
    }

    @Test
    void showsTotalsBeforeAverages() {
        Answer answer = Answer.to("SHOW STATS", false);
        assertThat(answer.types()).isEqualTo("s" + "N".repeat(24));
        assertThat(answer.columns())
                .startsWith("database total_server_assignment_count total_xact_count total_query_count total_received"
                        + " total_sent total_xact_time total_query_time total_wait_time total_client_parse_count")
                .endsWith("avg_recv avg_sent avg_xact_time avg_query_time avg_wait_time avg_client_parse_count"
                        + " avg_server_parse_count avg_bind_count avg_client_login_count");
        assertThat(answer.rows().get(0)).startsWith("db", "1", "2", "3", "4").endsWith("29", "30", "31", "32");
        assertThat(Answer.to("SHOW STATS_TOTALS", false).types()).isEqualTo("s" + "N".repeat(12));
        assertThat(Answer.to("SHOW STATS_AVERAGES", false).rows().get(0)).endsWith("32");
    }

    @Test
    void showsConfigListsAndVersion() {
        assertThat(Answer.to("SHOW CONFIG", false).rows().get(0)).containsExactly("listen_port", "6433", "6432", "no");
        assertThat(Answer.to("SHOW LISTS", false).types()).isEqualTo("si");
        assertThat(Answer.to("SHOW VERSION", false).rows().get(0)).containsExactly("PgWeir 1.2.3");
    }

    @Test
    void helpIsANoticeThatNamesEveryCommand() {
        Answer answer = Answer.to("show help", false);
        assertThat(answer.messages()).isEqualTo("NCZ");
        assertThat(answer.notice()).isEqualTo("Console usage");
        assertThat(Console.usages())
                .allSatisfy(usage -> assertThat(answer.detail()).contains(usage));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "show version",
                "SELECT version;",
                "  SHOW\n\tVERSION ; ",
                "-- a comment\nSHOW VERSION",
                "SHOW /* inside */ VERSION;;"
            })
    void takesAnySpelling(String sql) {
        assertThat(Answer.to(sql, false).messages()).isEqualTo("TDCZ");
    }

    @Test
    void answersEachOfSeveralCommandsUntilOneFails() {
        assertThat(Answer.to("SHOW VERSION; SHOW LISTS", false).messages()).isEqualTo("TDCTDCZ");
        assertThat(Answer.to("SHOW VERSION; SHOW NOTHING; SHOW LISTS", false).messages())
                .isEqualTo("TDCEZ");
    }

    @Test
    void anEmptyQueryHasAnEmptyAnswer() {
        assertThat(Answer.to(" ;; -- nothing", false).messages()).isEqualTo("IZ");
    }

    @Test
    void anUnknownCommandIsNamedInTheError() {
        Answer answer = Answer.to("SHOW ME", true);
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.error()).isEqualTo("invalid command 'SHOW ME', use SHOW HELP;");
    }

    @Test
    void garbageIsAnErrorAndNothingElse() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append((char)
                        (random.nextInt(4) == 0
                                ? random.nextInt(0x3000) + 1
                                : "SHOW pols;'-/*".charAt(random.nextInt(14))));
            }
            String messages = Answer.to(text.toString(), i % 2 == 0).messages();
            assertThat(messages).as(text.toString().toUpperCase(Locale.ROOT)).endsWith("Z");
        }
    }

    @Test
    void averagesCountsPerSecondAndTimesPerUse() {
        Counters before = new Counters(10, 10, 10, 100, 100, 1000, 1000, 1000, 0, 0, 0, 1);
        Counters after = new Counters(30, 20, 50, 300, 500, 6000, 5000, 3000, 2, 4, 6, 3);
        assertThat(after.averageSince(before, 2_000_000))
                .isEqualTo(new Counters(10, 5, 20, 100, 200, 500, 100, 100, 1, 2, 3, 1));
        assertThat(Counters.ZERO.averageSince(Counters.ZERO, 0)).isEqualTo(Counters.ZERO);
    }

    @Test
    void showsPreparedStatements() {
        Answer answer = Answer.to("SHOW PREPARED_STATEMENTS", false);

        assertThat(answer.rows()).containsExactly(List.of("PGWEIR_7", "42", "protocol", "SELECT 1"));
        assertThat(answer.types()).isEqualTo("sqss");
    }
}
