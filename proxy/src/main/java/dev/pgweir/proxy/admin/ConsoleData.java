package dev.pgweir.proxy.admin;

import java.util.List;

/** What the console shows. Called on an event loop: every method returns a snapshot at once. */
public interface ConsoleData {
    /** Whether errors carry PgBouncer's SQLSTATE instead of those that fit best. */
    boolean pgBouncerErrors();

    /** The prepared statements that clients share. */
    List<StatementRow> preparedStatements();

    /** One row per pool. */
    List<PoolRow> pools();

    /** One row per client connection. */
    List<SocketRow> clients();

    /** One row per server connection. */
    List<SocketRow> servers();

    /** One row per configured database, and the console's own. */
    List<DatabaseRow> databases();

    /** One row per known user. */
    List<UserRow> users();

    /** One row per database that was ever used. */
    List<StatsRow> stats();

    /** The sum of all databases. */
    StatsRow totals();

    /** One row per setting, by name. */
    List<ConfigRow> config();

    /** How many there are of what. */
    List<CountRow> lists();

    /** What takes memory. */
    List<MemoryRow> memory();

    /** Whether PgWeir works as it should, and what it waits for if not. The first three rows are PgBouncer's. */
    List<StateRow> state();

    /** The processes that cancel requests are passed on to, by number. */
    List<PeerRow> peers();

    /** The cancel requests that are on their way to them. */
    List<PeerPoolRow> peerPools();

    /** The names whose addresses are remembered. */
    List<DnsRow> dnsHosts();

    /** Name and version of this program, as {@code --version} prints them. */
    String version();

    /**
     * One line of SHOW CONFIG.
     *
     * @param changeable whether it takes effect without a restart
     */
    record ConfigRow(String key, String value, String defaultValue, boolean changeable) {}

    /**
     * One line of SHOW MEM, in kilobytes: the column's type is too small for the bytes of a large heap.
     *
     * @param size what one of them takes, 0 where that varies
     */
    record MemoryRow(String name, long size, long used, long free, long total) {}

    /**
     * One line of SHOW PEERS.
     *
     * @param poolSize how many cancel requests may be on their way there at once
     */
    record PeerRow(int peerId, String host, int port, int poolSize) {}

    /**
     * One line of SHOW PEER_POOLS.
     *
     * @param active requests with a place
     * @param waiting requests without one
     * @param sending of the first, those that have a connection
     * @param connecting and those that have none yet
     */
    record PeerPoolRow(int peerId, int active, int waiting, int sending, int connecting) {}

    /**
     * One line of SHOW DNS_HOSTS.
     *
     * @param ttl seconds that they are remembered still
     * @param addresses separated by commas; empty if there are none
     */
    record DnsRow(String hostname, long ttl, String addresses) {}

    /** One line of SHOW STATE. */
    record StateRow(String key, String value) {}

    /** One line of SHOW LISTS. */
    record CountRow(String list, long items) {}
}
