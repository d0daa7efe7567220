package dev.pgweir.proxy.admin;

import java.util.List;

/** SHOW STATS_TOTALS: the first half of SHOW STATS. */
final class ShowStatsTotalsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW STATS_TOTALS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        StatsTable.write(
                data,
                out,
                row -> List.of(row.total()),
                "server_assignment_count",
                "xact_count",
                "query_count",
                "bytes_received",
                "bytes_sent",
                "xact_time",
                "query_time",
                "wait_time",
                "client_parse_count",
                "server_parse_count",
                "bind_count",
                "client_login_count");
    }
}
