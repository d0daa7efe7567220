package dev.pgweir.proxy.admin;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The columns of SHOW CLIENTS, SHOW SERVERS and SHOW SOCKETS. */
final class SocketTable {
    private static final long MICROS = 1_000_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private static final String TYPES = "ssssssisiTTiiississii";
    private static final int STATE = 4;
    private static final List<String> NAMES = List.of(
            "type",
            "user",
            "database",
            "replication",
            "state",
            "addr",
            "port",
            "local_addr",
            "local_port",
            "connect_time",
            "request_time",
            "wait",
            "wait_us",
            "close_needed",
            "ptr",
            "link",
            "remote_pid",
            "tls",
            "application_name",
            "prepared_statements",
            "id");

    /** Where PgBouncer's packet buffers stand. Here a buffer is passed on whole, so there is nothing to show but zeros. */
    private static final List<String> BUFFER_NAMES =
            List.of("recv_pos", "pkt_pos", "pkt_remain", "send_pos", "send_remain", "pkt_avail", "send_avail");

    private SocketTable() {}

    static void write(List<SocketRow> rows, ResultWriter out) {
        out.columns(TYPES, NAMES.toArray(String[]::new));
        rows.forEach(row -> out.row(values(row).toArray()));
        out.done("SHOW");
    }

    /** The same with the columns of PgBouncer's buffers. */
    static void writeWithBuffers(List<SocketRow> rows, ResultWriter out) {
        List<String> names = new ArrayList<>(NAMES);
        names.addAll(BUFFER_NAMES);
        out.columns(TYPES + "i".repeat(BUFFER_NAMES.size()), names.toArray(String[]::new));
        for (SocketRow row : rows) {
            List<Object> values = values(row);
            values.set(STATE, stateOfSocket(row));
            values.addAll(Collections.nCopies(BUFFER_NAMES.size(), 0));
            out.row(values.toArray());
        }
        out.done("SHOW");
    }

    /** PgBouncer names its lists here, and the one of its clients has those that are idle as well. */
    private static String stateOfSocket(SocketRow row) {
        if (row.type().equals("C")) {
            return "cl_" + (row.state().equals("idle") ? "active" : row.state());
        }
        return "sv_" + (row.state().equals("new") ? "login" : row.state());
    }

    private static List<Object> values(SocketRow row) {
        return new ArrayList<>(List.of(
                row.type(),
                row.user(),
                row.database(),
                row.replication(),
                row.state(),
                address(row.remote()),
                row.remote().getPort(),
                address(row.local()),
                row.local().getPort(),
                time(row.connectTime()),
                time(row.requestTime()),
                row.waitMicros() / MICROS,
                row.waitMicros() % MICROS,
                row.closeNeeded() ? 1 : 0,
                row.ptr(),
                row.link(),
                row.remotePid(),
                row.tls(),
                row.applicationName(),
                row.preparedStatements(),
                row.id()));
    }

    private static String address(InetSocketAddress address) {
        return address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
