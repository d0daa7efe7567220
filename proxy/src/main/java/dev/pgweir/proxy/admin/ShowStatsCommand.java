package dev.pgweir.proxy.admin;

import java.util.List;

/** SHOW STATS: totals since the start, and averages of the last full period, per database. */
final class ShowStatsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW STATS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        StatsTable.write(
                data,
                out,
                row -> List.of(row.total(), row.average()),
                "total_server_assignment_count",
                "total_xact_count",
                "total_query_count",
                "total_received",
                "total_sent",
                "total_xact_time",
                "total_query_time",
                "total_wait_time",
                "total_client_parse_count",
                "total_server_parse_count",
                "total_bind_count",
                "total_client_login_count",
                "avg_server_assignment_count",
                "avg_xact_count",
                "avg_query_count",
                "avg_recv",
                "avg_sent",
                "avg_xact_time",
                "avg_query_time",
                "avg_wait_time",
                "avg_client_parse_count",
                "avg_server_parse_count",
                "avg_bind_count",
                "avg_client_login_count");
    }
}
