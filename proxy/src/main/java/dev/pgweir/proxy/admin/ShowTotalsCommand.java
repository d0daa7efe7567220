package dev.pgweir.proxy.admin;

import java.util.List;

/** SHOW TOTALS: the sums over all databases, one row each; totals come before averages. */
final class ShowTotalsCommand implements ShowCommand {
    private static final List<String> NAMES = List.of(
            "server_assignment_count",
            "xact_count",
            "query_count",
            "client_bytes",
            "server_bytes",
            "xact_time",
            "query_time",
            "wait_time",
            "ps_client_parse_count",
            "ps_server_parse_count",
            "ps_bind_count",
            "client_login_count");

    @Override
    public String name() {
        return "SHOW TOTALS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("sN", "name", "value");
        StatsRow totals = data.totals();
        rows("total_", totals.total(), out);
        rows("avg_", totals.average(), out);
        out.done("SHOW");
    }

    private static void rows(String prefix, Counters counters, ResultWriter out) {
        long[] values = counters.values();
        for (int i = 0; i < values.length; i++) {
            out.row(prefix + NAMES.get(i), values[i]);
        }
    }
}
