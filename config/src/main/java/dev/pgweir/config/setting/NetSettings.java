package dev.pgweir.config.setting;

import dev.pgweir.config.value.TrustedProxies;
import java.time.Duration;
import java.util.List;

/** Options of the sockets. */
final class NetSettings {

    private static final String OWN_BUFFERS = "PgWeir sizes its read buffers by the traffic";

    /** Below the hour that the kernel takes at most; keeps the number inside what a socket option holds. */
    private static final SettingType<Integer> SOCKET_SECONDS = Types.integer(0, 32_767);

    static final Setting<Boolean> TCP_KEEPALIVE =
            Setting.of("tcp_keepalive", Types.BOOL, true, "Let the kernel look for dead peers.");

    static final Setting<Integer> TCP_KEEPCNT = Setting.of(
            "tcp_keepcnt",
            Types.integer(0, 127),
            0,
            "Unanswered probes after which a peer is dead; 0: as the system has it.");

    static final Setting<Integer> TCP_KEEPIDLE = Setting.of(
            "tcp_keepidle", SOCKET_SECONDS, 0, "Idle seconds before the first probe; 0: as the system has it.");

    static final Setting<Integer> TCP_KEEPINTVL =
            Setting.of("tcp_keepintvl", SOCKET_SECONDS, 0, "Seconds between probes; 0: as the system has it.");

    static final Setting<Duration> TCP_USER_TIMEOUT = Setting.of(
            "tcp_user_timeout",
            Types.MILLIS,
            Duration.ZERO,
            "Milliseconds that sent data may stay unacknowledged; 0: as the system has it.");

    static final Setting<Integer> TCP_SOCKET_BUFFER = Setting.of(
            "tcp_socket_buffer", Types.COUNT, 0, "Bytes of a socket's kernel buffers; 0: as the system has it.");

    /**
     * Ours. By name and not for everybody, because whoever may send a header may say to be anybody. From those named here
     * a header must come: one that is left out would make the load balancer's address count as the client's.
     */
    static final Setting<TrustedProxies> PROXY_PROTOCOL_FROM = Setting.of(
            "proxy_protocol_from",
            new TrustedProxiesType(),
            TrustedProxies.NONE,
            "Load balancers whose connections begin with a PROXY protocol header; empty: nobody may send one.");

    static final SettingGroup GROUP = new SettingGroup(
            "Sockets",
            List.of(
                    TCP_KEEPALIVE,
                    TCP_KEEPCNT,
                    TCP_KEEPIDLE,
                    TCP_KEEPINTVL,
                    TCP_USER_TIMEOUT,
                    TCP_SOCKET_BUFFER,
                    // What the kernel holds back it resets when the socket is closed.
                    Setting.of(
                                    "tcp_defer_accept",
                                    SOCKET_SECONDS,
                                    1,
                                    "Accept a connection when its first bytes are there.")
                            .without("max_client_logins bounds silent connections"),
                    PROXY_PROTOCOL_FROM,
                    Setting.of("pkt_buf", Types.COUNT, 4096, "Bytes of the buffer of a connection.")
                            .restart()
                            .without(OWN_BUFFERS),
                    Setting.of("sbuf_loopcnt", Types.COUNT, 5, "Buffers read from one connection in a row.")
                            .without(OWN_BUFFERS)));

    private NetSettings() {}
}
