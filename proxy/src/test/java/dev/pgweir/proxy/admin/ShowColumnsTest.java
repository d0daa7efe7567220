package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of PgBouncer 1.25: names, order and types of the columns, on which exporters depend. */
final class ShowColumnsTest {
    private static final String SOCKETS = "type user database replication state addr port local_addr local_port"
            + " connect_time request_time wait wait_us close_needed ptr link remote_pid tls application_name"
            + " prepared_statements id";
    private static final String BUFFERS = " recv_pos pkt_pos pkt_remain send_pos send_remain pkt_avail send_avail";

    /** Those of PgWeir alone. */
    private static final Set<String> OWN = Set.of("SHOW PREPARED_STATEMENTS");

    private static final String STATS = "server_assignment_count xact_count query_count";
    private static final String TIMES = " xact_time query_time wait_time";
    private static final String STATEMENTS = " client_parse_count server_parse_count bind_count client_login_count";

    private static final List<String> TABLES = List.of(
            "CLIENTS|ssssssisissiiississii|SOCKETS",
            "SERVERS|ssssssisissiiississii|SOCKETS",
            "SOCKETS|ssssssisissiiississiiiiiiiii|SOCKETS+BUFFERS",
            "ACTIVE_SOCKETS|ssssssisissiiississiiiiiiiii|SOCKETS+BUFFERS",
            "POOLS|ssiiiiiiiiiiiiiss|database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req"
                    + " sv_active sv_active_cancel sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait maxwait_us"
                    + " pool_mode load_balance_hosts",
            "PEER_POOLS|iiiii|peer_id cl_active_cancel_req cl_waiting_cancel_req sv_active_cancel sv_login",
            "PEERS|isii|peer_id host port pool_size",
            "DATABASES|ssissiiiissiiiiii|name host port database force_user pool_size min_pool_size reserve_pool_size"
                    + " server_lifetime pool_mode load_balance_hosts max_connections current_connections"
                    + " max_client_connections current_client_connections paused disabled",
            "USERS|ssssiiii|name pool_size reserve_pool_size pool_mode max_user_connections current_connections"
                    + " max_user_client_connections current_client_connections",
            "LISTS|si|list items",
            "CONFIG|ssss|key value default changeable",
            "MEM|siiii|name size used free memtotal",
            "STATE|ss|key value",
            "DNS_HOSTS|sqs|hostname ttl addrs",
            "DNS_ZONES|sqi|zonename serial count",
            "VERSION|s|version",
            "HELP||",
            "FDS|issssiqisssssbb|fd task user database addr port cancel link client_encoding std_strings datestyle"
                    + " timezone password scram_client_key scram_server_key",
            "STATS|sNNNNNNNNNNNNNNNNNNNNNNNN|STATS",
            "STATS_TOTALS|sNNNNNNNNNNNN|STATS_TOTALS",
            "STATS_AVERAGES|sNNNNNNNNNNNN|STATS_AVERAGES",
            "TOTALS|sN|name value");

    static Stream<String[]> tables() {
        return TABLES.stream().map(table -> table.split("\\|", -1));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void areThoseOfPgBouncer(String table, String types, String columns) {
        Answer answer = Answer.to("SHOW " + table, true);
        assertThat(answer.types()).isEqualTo(types);
        assertThat(answer.columns()).isEqualTo(written(columns));
    }

    @Test
    void everyTableIsHere() {
        Set<String> known = tables().map(table -> "SHOW " + table[0]).collect(Collectors.toSet());
        known.addAll(OWN);
        assertThat(Console.commands().stream()
                        .filter(ShowCommand.class::isInstance)
                        .map(Command::name))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    private static String written(String columns) {
        return switch (columns) {
            case "SOCKETS" -> SOCKETS;
            case "SOCKETS+BUFFERS" -> SOCKETS + BUFFERS;
            case "STATS" ->
                "database " + prefixed("total_", STATS + " received sent" + TIMES + STATEMENTS) + " "
                        + prefixed("avg_", STATS + " recv sent" + TIMES + STATEMENTS);
            case "STATS_TOTALS" -> "database " + STATS + " bytes_received bytes_sent" + TIMES + STATEMENTS;
            case "STATS_AVERAGES" ->
                "database " + STATS + " bytes_received bytes_sent" + TIMES + " " + prefixed("avg_", STATEMENTS.trim());
            default -> columns;
        };
    }

    private static String prefixed(String prefix, String names) {
        return prefix + names.replace(" ", " " + prefix);
    }
}
