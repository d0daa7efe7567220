package dev.pgweir.proxy.admin;

import java.util.List;

/** A proxy with nothing in it. */
final class EmptyData implements ConsoleData {
    @Override
    public List<PoolRow> pools() {
        return List.of();
    }

    @Override
    public List<SocketRow> clients() {
        return List.of();
    }

    @Override
    public List<SocketRow> servers() {
        return List.of();
    }

    @Override
    public List<DatabaseRow> databases() {
        return List.of();
    }

    @Override
    public List<UserRow> users() {
        return List.of();
    }

    @Override
    public List<StatsRow> stats() {
        return List.of();
    }

    @Override
    public List<ConfigRow> config() {
        return List.of();
    }

    @Override
    public List<CountRow> lists() {
        return List.of();
    }

    @Override
    public String version() {
        return "PgWeir 0";
    }

    @Override
    public List<StatementRow> preparedStatements() {
        return List.of();
    }
}
