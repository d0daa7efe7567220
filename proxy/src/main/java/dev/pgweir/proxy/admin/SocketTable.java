package dev.pgweir.proxy.admin;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The columns that SHOW CLIENTS and SHOW SERVERS have in common, which is all of them. */
final class SocketTable {
    private static final long MICROS = 1_000_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private SocketTable() {}

    static void write(List<SocketRow> rows, ResultWriter out) {
        out.columns(
                "ssssssisiTTiiississii",
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
        for (SocketRow row : rows) {
            out.row(
                    row.type(),
                    row.user(),
                    row.database(),
                    "none",
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
                    "",
                    row.applicationName(),
                    row.preparedStatements(),
                    row.id());
        }
        out.done("SHOW");
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
