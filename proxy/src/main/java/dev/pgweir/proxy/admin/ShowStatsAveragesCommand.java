package dev.pgweir.proxy.admin;

import java.util.List;

/** SHOW STATS_AVERAGES: the second half of SHOW STATS. The mixed prefixes are PgBouncer's. */
final class ShowStatsAveragesCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW STATS_AVERAGES";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        StatsTable.write(
                data,
                out,
                row -> List.of(row.average()),
                "server_assignment_count",
                "xact_count",
                "query_count",
                "bytes_received",
                "bytes_sent",
                "xact_time",
                "query_time",
                "wait_time",
                "avg_client_parse_count",
                "avg_server_parse_count",
                "avg_bind_count",
                "avg_client_login_count");
    }
}
