package dev.pgweir.proxy.admin;

import java.util.List;

/** A proxy with nothing in it: its tables have columns and no rows. */
final class NoData implements ConsoleData {
    @Override
    public boolean pgBouncerErrors() {
        return false;
    }

    @Override
    public List<StatementRow> preparedStatements() {
        return List.of();
    }

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
    public List<PeerRow> peers() {
        return List.of();
    }

    @Override
    public List<PeerPoolRow> peerPools() {
        return List.of();
    }

    @Override
    public List<DnsRow> dnsHosts() {
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
    public StatsRow totals() {
        return new StatsRow("", Counters.ZERO, Counters.ZERO);
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
    public List<MemoryRow> memory() {
        return List.of();
    }

    @Override
    public List<StateRow> state() {
        return List.of();
    }

    @Override
    public String version() {
        return "";
    }
}
