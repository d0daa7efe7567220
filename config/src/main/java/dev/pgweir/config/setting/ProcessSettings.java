package dev.pgweir.config.setting;

import dev.pgweir.config.value.TransportChoice;
import java.util.List;

/** The process itself: where it listens, what it runs on. */
final class ProcessSettings {

    private static final String STAYS = "PgWeir stays in the foreground and leaves processes to whoever started it";

    /** Not PgBouncer's "nowhere": there it means Unix sockets only. The loopback is safe without a password. */
    static final Setting<List<String>> LISTEN_ADDR = Setting.of(
                    "listen_addr",
                    Types.LIST,
                    List.of("127.0.0.1"),
                    "Addresses to listen on, separated by commas; * for all.")
            .restart();

    /** 0 takes any free port, which is good for tests. */
    static final Setting<Integer> LISTEN_PORT = Setting.of(
                    "listen_port", Types.integer(0, 65_535), 6432, "Port to listen on; 0 takes any free one.")
            .restart();

    static final Setting<Integer> LISTEN_BACKLOG = Setting.of(
                    "listen_backlog",
                    Types.integer(1, 65_535),
                    128,
                    "Connections that the kernel queues until they are accepted.")
            .restart();

    /**
     * Not a path as the others are: what begins with @ is no file. PgBouncer's default is /tmp; here none is opened unless
     * it is asked for, because a directory that everybody can write to is a place to choose on purpose.
     */
    static final Setting<String> UNIX_SOCKET_DIR = Setting.of(
                    "unix_socket_dir",
                    Types.TEXT,
                    "",
                    "Directory of the Unix socket, or @ and an abstract name; also of servers without a host; empty: none.")
            .restart();

    static final Setting<String> UNIX_SOCKET_MODE = Setting.of(
                    "unix_socket_mode", Types.TEXT, "0777", "File mode of the Unix socket, in octal.")
            .restart();

    static final Setting<String> UNIX_SOCKET_GROUP = Setting.of(
                    "unix_socket_group", Types.TEXT, "", "Group of the Unix socket; empty: PgWeir's own.")
            .restart();

    static final Setting<Boolean> SO_REUSEPORT = Setting.of(
                    "so_reuseport",
                    Types.BOOL,
                    false,
                    "Let several processes listen on one port; then each needs a peer_id, and [peers] all of them.")
            .restart();

    /** PgBouncer's bound: two bytes of the cancel key, two bits of them spare. */
    static final Setting<Integer> PEER_ID = Setting.of(
            "peer_id",
            Types.integer(0, 16_383),
            0,
            "Number of this process among those behind one address, so that cancel requests find it; 0: it is alone.");

    static final Setting<TransportChoice> TRANSPORT = Setting.of(
                    "transport",
                    Types.choice(TransportChoice.class),
                    TransportChoice.AUTO,
                    "Interface of the operating system that moves the bytes.")
            .restart();

    /** 1024 is far above any machine's cores; each thread costs memory and a selector. */
    static final Setting<Integer> WORKER_THREADS = Setting.of(
                    "worker_threads", Types.integer(0, 1024), 0, "Event loops; 0 takes as many as there are cores.")
            .restart();

    /**
     * With 32 clients on 2 cores, one loop instead of two halves the CPU time per transaction: a loop that finds more to do
     * each time it wakes up sleeps less often, and no client meets a server of another loop. So many clients in transaction
     * mode keep less than half a core busy; a program that opens hundreds is given several cores.
     */
    static final Setting<Integer> WORKER_CLIENTS = Setting.of(
                    "worker_clients",
                    Types.integer(1, 1_000_000),
                    64,
                    "Clients that share an event loop before the next one is used; 1 spreads them at once.")
            .restart();

    /** The file this was read from, unless the file or SET says another. */
    static final Setting<String> CONFFILE =
            Setting.of("conffile", Types.PATH, "", "The file that the next reload reads; the one of the command line.");

    static final Setting<String> LOGFILE = Setting.of(
            "logfile",
            Types.PATH,
            "",
            "File that the log is written to, besides the standard error; opened anew by each reload.");

    static final Setting<String> PIDFILE = Setting.of(
                    "pidfile",
                    Types.PATH,
                    "",
                    "File with the number of the process, while it runs; refused if a living process has it.")
            .restart();

    static final SettingGroup GROUP = new SettingGroup(
            "Process and listening",
            List.of(
                    LISTEN_ADDR,
                    LISTEN_PORT,
                    LISTEN_BACKLOG,
                    WORKER_THREADS,
                    WORKER_CLIENTS,
                    TRANSPORT,
                    CONFFILE,
                    LOGFILE,
                    PIDFILE,
                    UNIX_SOCKET_DIR,
                    UNIX_SOCKET_MODE,
                    UNIX_SOCKET_GROUP,
                    Setting.of("user", Types.TEXT, "", "User to become after the start.")
                            .restart()
                            .without(STAYS),
                    Setting.of("job_name", Types.TEXT, "pgbouncer", "Name of the Windows service.")
                            .restart()
                            .without(STAYS),
                    Setting.of("service_name", Types.TEXT, "pgbouncer", "The same as job_name.")
                            .restart()
                            .without(STAYS),
                    SO_REUSEPORT,
                    PEER_ID,
                    Setting.of("resolv_conf", Types.PATH, "", "Another resolver configuration.")
                            .restart()
                            .without("names are resolved as the operating system does")));

    private ProcessSettings() {}
}
