package dev.pgweir.proxy.admin;

/** SHOW POOLS: one row per pool. {@code load_balance_hosts} is NULL where there is one host. */
final class ShowPoolsCommand implements ShowCommand {
    private static final long MICROS = 1_000_000;

    @Override
    public String name() {
        return "SHOW POOLS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "ssiiiiiiiiiiiiiss",
                "database",
                "user",
                "cl_active",
                "cl_waiting",
                "cl_active_cancel_req",
                "cl_waiting_cancel_req",
                "sv_active",
                "sv_active_cancel",
                "sv_being_canceled",
                "sv_idle",
                "sv_used",
                "sv_tested",
                "sv_login",
                "maxwait",
                "maxwait_us",
                "pool_mode",
                "load_balance_hosts");
        for (PoolRow row : data.pools()) {
            out.row(
                    row.database(),
                    row.user(),
                    row.clientsActive(),
                    row.clientsWaiting(),
                    row.cancelsActive(),
                    row.cancelsWaiting(),
                    row.serversActive(),
                    row.serversActiveCancel(),
                    row.serversBeingCanceled(),
                    row.serversIdle(),
                    row.serversUsed(),
                    row.serversTested(),
                    row.serversLogin(),
                    row.maxWaitMicros() / MICROS,
                    row.maxWaitMicros() % MICROS,
                    row.poolMode(),
                    row.loadBalanceHosts());
        }
        out.done("SHOW");
    }
}
