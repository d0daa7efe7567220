package dev.pgweir.proxy.admin;

import org.jspecify.annotations.Nullable;

/** SHOW USERS: one row per user. */
final class ShowUsersCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW USERS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "ssssiiii",
                "name",
                "pool_size",
                "reserve_pool_size",
                "pool_mode",
                "max_user_connections",
                "current_connections",
                "max_user_client_connections",
                "current_client_connections");
        for (UserRow row : data.users()) {
            out.row(
                    row.name(),
                    aligned(row.poolSize()),
                    aligned(row.reservePoolSize()),
                    row.poolMode(),
                    row.maxUserConnections(),
                    row.currentConnections(),
                    row.maxUserClientConnections(),
                    row.currentClientConnections());
        }
        out.done("SHOW");
    }

    /** PgBouncer shows sizes as text, right-aligned over nine places and empty where there is none. */
    private static String aligned(@Nullable Integer size) {
        return size == null ? "" : String.format("%9d", size);
    }
}
