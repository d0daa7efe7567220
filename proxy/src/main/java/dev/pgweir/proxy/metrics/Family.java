package dev.pgweir.proxy.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * All metrics of PgWeir's own, in the order in which they are shown. Names, labels and units are a promise to dashboards and
 * alerts: what is here stays.
 */
public enum Family {
    BUILD_INFO(Type.GAUGE, "Always 1; the labels say what is running.", "version", "java"),
    READY(Type.GAUGE, "1 if /readyz says ready, else 0."),

    CLIENTS(
            Type.GAUGE,
            "Clients that are logged in: idle, waiting for a server connection, or active on one.",
            "database",
            "user",
            "state"),
    CLIENT_PLACES(
            Type.GAUGE,
            "Clients that count against max_client_conn, with those that are logging in or are being cancelled."),
    AUTH_QUERIES_WAITING(Type.GAUGE, "Questions of auth_query that wait for their turn; one for each user."),
    CLIENT_CONNECTIONS_TOTAL(Type.COUNTER, "Connections that were accepted from clients."),
    CLIENT_LOGINS_TOTAL(Type.COUNTER, "Logins that succeeded.", "database", "user"),
    CLIENT_DISCONNECTS_TOTAL(Type.COUNTER, "Ends of client connections.", "reason"),
    POOLER_ERRORS_TOTAL(
            Type.COUNTER, "Errors of PgWeir itself that ended a client connection, by class of SQLSTATE.", "class"),
    CLIENTS_IDLE_IN_TRANSACTION(
            Type.GAUGE,
            "Clients that hold a server connection in a transaction and ask for nothing.",
            "database",
            "user"),
    CLIENT_IDLE_IN_TRANSACTION_MAX_SECONDS(
            Type.GAUGE, "How long the one of them has asked for nothing that has for longest.", "database", "user"),

    SERVERS(Type.GAUGE, "Connections to PostgreSQL, by what they do.", "database", "user", "state"),
    CANCEL_REQUESTS(Type.GAUGE, "Cancel requests on their way, or waiting for a place.", "database", "user", "state"),
    POOL_MAX_WAIT_SECONDS(
            Type.GAUGE, "How long the client has waited that has waited longest; 0 if none waits.", "database", "user"),
    LIMIT_CONNECTIONS(Type.GAUGE, "A limit, where there is one.", "setting", "database", "user", "server"),
    LIMIT_USED_CONNECTIONS(Type.GAUGE, "What counts against it.", "setting", "database", "user", "server"),
    LIMIT_USED_RATIO(Type.GAUGE, "The share of it that is used, 0 to 1.", "setting", "database", "user", "server"),

    SERVER_UP(
            Type.GAUGE,
            "1 if the PostgreSQL server has a connection of PgWeir's or nothing bad was heard of it, else 0.",
            "server"),
    SERVER_CONNECTIONS(Type.GAUGE, "Connections that are logged in to the PostgreSQL server.", "server"),
    SERVER_FAILING_SECONDS(
            Type.GAUGE,
            "For how long every login to the PostgreSQL server has failed; 0 if the last did not.",
            "server"),
    SERVER_LOGIN_FAILURES_TOTAL(
            Type.COUNTER,
            "Logins to PostgreSQL that failed: unreachable, refused, too_many_connections.",
            "database",
            "user",
            "kind"),
    SERVER_DISCONNECTS_TOTAL(Type.COUNTER, "Ends of connections to PostgreSQL.", "database", "user", "reason"),
    SERVER_CONNECT_DURATION_SECONDS(
            Type.HISTOGRAM,
            "From the decision to open a connection to PostgreSQL until it had logged in.",
            "database",
            "user"),
    SERVER_ERRORS_TOTAL(
            Type.COUNTER,
            "Errors of PostgreSQL on the way to clients, by class of SQLSTATE.",
            "database",
            "user",
            "class"),

    WAIT_DURATION_SECONDS(
            Type.HISTOGRAM, "How long clients waited for a server connection that had to wait.", "database", "user"),
    QUERY_DURATION_SECONDS(
            Type.HISTOGRAM, "From a request until PostgreSQL was ready for the next one.", "database", "user"),
    TRANSACTION_DURATION_SECONDS(
            Type.HISTOGRAM, "From the first request of a transaction until its end was answered.", "database", "user"),
    SERVER_ASSIGNMENTS_TOTAL(Type.COUNTER, "How often a server connection was given to a client.", "database", "user"),
    SERVER_ASSIGNMENTS_ACROSS_LOOPS_TOTAL(
            Type.COUNTER,
            "How often the two were on different event loops, which costs a hand-over for each message.",
            "database",
            "user"),
    TRANSACTIONS_TOTAL(Type.COUNTER, "Transactions that ended.", "database", "user"),
    QUERIES_TOTAL(Type.COUNTER, "Queries that were answered.", "database", "user"),
    RECEIVED_BYTES_TOTAL(Type.COUNTER, "Bytes from clients to PostgreSQL.", "database", "user"),
    SENT_BYTES_TOTAL(Type.COUNTER, "Bytes from PostgreSQL to clients.", "database", "user"),

    PREPARED_STATEMENTS(Type.GAUGE, "Different prepared statements that clients have."),
    PREPARED_BINDS_TOTAL(Type.COUNTER, "Uses of prepared statements.", "database", "user"),
    PREPARED_CLIENT_PARSES_TOTAL(Type.COUNTER, "Statements that clients prepared.", "database", "user"),
    PREPARED_SERVER_PARSES_TOTAL(
            Type.COUNTER,
            "Statements that had to be prepared on a server connection; all other binds found theirs there.",
            "database",
            "user"),

    TLS_CERTIFICATE_EXPIRY_TIMESTAMP_SECONDS(
            Type.GAUGE,
            "When the first certificate of a file expires, in seconds since 1970; for each setting that names one.",
            "setting"),

    TLS_CLIENT_CONNECTIONS(
            Type.GAUGE,
            "Connections from clients by how they are encrypted; both labels are empty in the clear.",
            "protocol",
            "cipher"),
    TLS_SERVER_CONNECTIONS(
            Type.GAUGE,
            "Connections to PostgreSQL by how they are encrypted; both labels are empty in the clear.",
            "protocol",
            "cipher"),
    TLS_HANDSHAKES_TOTAL(
            Type.COUNTER,
            "TLS handshakes with clients and servers: succeeded, or failed or broken off.",
            "side",
            "result"),

    EVENT_LOOP_LAG_SECONDS(
            Type.HISTOGRAM, "How late an event loop came to what it had planned; ten measurements a second.", "loop"),
    BUFFER_MEMORY_BYTES(Type.GAUGE, "Memory that is reserved for network buffers.", "kind"),
    METRICS_FOLDED_POOLS(Type.GAUGE, "Pools without series of their own: their labels say other.");

    /** What kind of metric it is, as Prometheus means it. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    static final String PREFIX = "pgweir_";

    private final Type type;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<String> labels;

    Family(Type type, String help, String... labels) {
        this.type = type;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** The name, as Prometheus stores it; of a histogram without {@code _bucket}, {@code _sum} and {@code _count}. */
    public String metric() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** Counter, gauge or histogram. */
    public Type type() {
        return type;
    }

    /** What it tells, in one line. */
    public String help() {
        return help;
    }

    /** The names of its labels. */
    public List<String> labels() {
        return labels;
    }

    /** The table that the README shows. */
    public static String markdown() {
        StringBuilder out = new StringBuilder("| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n");
        Arrays.stream(values())
                .forEach(family -> out.append("| `")
                        .append(family.metric())
                        .append("` | ")
                        .append(family.type.name().toLowerCase(Locale.ROOT))
                        .append(" | ")
                        .append(String.join(", ", family.labels))
                        .append(" | ")
                        .append(family.help)
                        .append(" |\n"));
        return out.toString();
    }
}
