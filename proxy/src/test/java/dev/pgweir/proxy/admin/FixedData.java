package dev.pgweir.proxy.admin;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/** One row of everything, with a different value in every column, so that a wrong order shows. */
final class FixedData implements ConsoleData {
    private static final Counters TOTAL = new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    private static final Counters AVERAGE = new Counters(21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32);

    @Override
    public boolean pgBouncerErrors() {
        return false;
    }

    @Override
    public List<PoolRow> pools() {
        return List.of(
                new PoolRow("db", "me", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12_000_013, "transaction", "round-robin"));
    }

    @Override
    public List<SocketRow> clients() {
        return List.of(socket("C", "idle", 0));
    }

    @Override
    public List<SocketRow> servers() {
        return List.of(socket("S", "active", 4711));
    }

    private static SocketRow socket(String type, String state, int pid) {
        return new SocketRow(
                type,
                "me",
                "db",
                "logical",
                state,
                InetSocketAddress.createUnresolved("127.0.0.1", 1001),
                InetSocketAddress.createUnresolved("127.0.0.2", 1002),
                Instant.parse("2026-01-02T03:04:05Z"),
                Instant.parse("2026-01-02T03:04:06Z"),
                7_000_008,
                true,
                "0x2",
                "0x3",
                pid,
                "",
                "app",
                3,
                9);
    }

    @Override
    public List<DatabaseRow> databases() {
        return List.of(new DatabaseRow(
                "db", "host", 5432, "real", "forced", 1, 2, 3, 4L, "session", "disable", 5, 6, 7, 8, true, false));
    }

    @Override
    public List<UserRow> users() {
        return List.of(new UserRow("me", 5, null, "statement", 1, 2, 3, 4));
    }

    @Override
    public List<StatsRow> stats() {
        return List.of(new StatsRow("db", TOTAL, AVERAGE));
    }

    @Override
    public StatsRow totals() {
        return new StatsRow("", TOTAL, AVERAGE);
    }

    @Override
    public List<PeerRow> peers() {
        return List.of(new PeerRow(1, "/run/peer", 6432, 20));
    }

    @Override
    public List<PeerPoolRow> peerPools() {
        return List.of(new PeerPoolRow(1, 2, 3, 4, 5));
    }

    @Override
    public List<DnsRow> dnsHosts() {
        return List.of(new DnsRow("db.example.com", 15, "192.0.2.1,192.0.2.2"));
    }

    @Override
    public List<MemoryRow> memory() {
        return List.of(new MemoryRow("java_heap", 1, 2, 3, 4));
    }

    @Override
    public List<StateRow> state() {
        return List.of(new StateRow("active", "yes"));
    }

    @Override
    public List<ConfigRow> config() {
        return List.of(new ConfigRow("listen_port", "6433", "6432", false));
    }

    @Override
    public List<CountRow> lists() {
        return List.of(new CountRow("pools", 3));
    }

    @Override
    public String version() {
        return "PgWeir 1.2.3";
    }

    @Override
    public List<StatementRow> preparedStatements() {
        return List.of(new StatementRow("PGWEIR_7", 42, "protocol", "SELECT 1"));
    }
}
