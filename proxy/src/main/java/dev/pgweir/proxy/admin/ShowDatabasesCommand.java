package dev.pgweir.proxy.admin;

/** SHOW DATABASES: one row per database. None is ever paused or disabled: there is no command for it. */
final class ShowDatabasesCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW DATABASES";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "ssissiiiissiiiiii",
                "name",
                "host",
                "port",
                "database",
                "force_user",
                "pool_size",
                "min_pool_size",
                "reserve_pool_size",
                "server_lifetime",
                "pool_mode",
                "load_balance_hosts",
                "max_connections",
                "current_connections",
                "max_client_connections",
                "current_client_connections",
                "paused",
                "disabled");
        for (DatabaseRow row : data.databases()) {
            out.row(
                    row.name(),
                    row.host(),
                    row.port(),
                    row.database(),
                    row.forceUser(),
                    row.poolSize(),
                    row.minPoolSize(),
                    row.reservePoolSize(),
                    row.serverLifetimeSeconds(),
                    row.poolMode(),
                    row.loadBalanceHosts(),
                    row.maxConnections(),
                    row.currentConnections(),
                    row.maxClientConnections(),
                    row.currentClientConnections(),
                    row.paused() ? 1 : 0,
                    row.disabled() ? 1 : 0);
        }
        out.done("SHOW");
    }
}
