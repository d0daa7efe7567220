package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.TransportChoice;
import java.time.Duration;

/**
 * Event loops and socket options. 0 leaves a choice to the operating system unless it says otherwise.
 *
 * @param transport {@code transport}: which interface of the operating system moves the bytes
 * @param workerThreads {@code worker_threads}: event loops, 0 for as many as there are cores
 * @param workerClients {@code worker_clients}: clients that share an event loop before the next one is used, at least 1
 * @param maxPacketSize {@code max_packet_size}: bytes of the largest message that is let through, its length field included
 * @param tcpKeepalive {@code tcp_keepalive}: SO_KEEPALIVE
 * @param tcpKeepcnt {@code tcp_keepcnt}: probes until a peer is dead
 * @param tcpKeepidle {@code tcp_keepidle}: idle time before the first probe, whole seconds
 * @param tcpKeepintvl {@code tcp_keepintvl}: time between probes, whole seconds
 * @param tcpUserTimeout {@code tcp_user_timeout}: how long sent data may stay unacknowledged
 * @param tcpSocketBuffer {@code tcp_socket_buffer}: bytes of SO_RCVBUF and SO_SNDBUF
 * @param dnsMaxTtl {@code dns_max_ttl}: how long the addresses of a name are remembered
 * @param dnsNxdomainTtl {@code dns_nxdomain_ttl}: how long it is remembered that a name has none
 * @param dnsCheckPeriod {@code dns_zone_check_period}: how often names in use are looked up again, zero for never
 */
public record NetConfig(
        TransportChoice transport,
        int workerThreads,
        int workerClients,
        int maxPacketSize,
        boolean tcpKeepalive,
        int tcpKeepcnt,
        Duration tcpKeepidle,
        Duration tcpKeepintvl,
        Duration tcpUserTimeout,
        int tcpSocketBuffer,
        Duration dnsMaxTtl,
        Duration dnsNxdomainTtl,
        Duration dnsCheckPeriod) {

    static NetConfig from(SettingValues values) {
        return new NetConfig(
                values.get(Settings.TRANSPORT),
                values.get(Settings.WORKER_THREADS),
                values.get(Settings.WORKER_CLIENTS),
                values.get(Settings.MAX_PACKET_SIZE),
                values.get(Settings.TCP_KEEPALIVE),
                values.get(Settings.TCP_KEEPCNT),
                Duration.ofSeconds(values.get(Settings.TCP_KEEPIDLE)),
                Duration.ofSeconds(values.get(Settings.TCP_KEEPINTVL)),
                values.get(Settings.TCP_USER_TIMEOUT),
                values.get(Settings.TCP_SOCKET_BUFFER),
                values.get(Settings.DNS_MAX_TTL),
                values.get(Settings.DNS_NXDOMAIN_TTL),
                values.get(Settings.DNS_ZONE_CHECK_PERIOD));
    }
}
