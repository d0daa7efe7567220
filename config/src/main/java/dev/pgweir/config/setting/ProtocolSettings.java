package dev.pgweir.config.setting;

import dev.pgweir.config.value.ProtocolChoice;
import java.util.List;

/** Startup parameters and what of the protocol is looked at. */
final class ProtocolSettings {

    static final Setting<List<String>> TRACK_EXTRA_PARAMETERS = Setting.of(
                    "track_extra_parameters",
                    Types.LIST,
                    List.of("IntervalStyle"),
                    "Parameters reported by the server that are kept per client, besides the usual ones.")
            .restart();

    static final Setting<List<String>> IGNORE_STARTUP_PARAMETERS = Setting.of(
            "ignore_startup_parameters",
            Types.LIST,
            List.of(),
            "Startup parameters that are dropped instead of refused; may contain options.");

    /** At most what the 32-bit length of a message can say; at least what a login needs. */
    static final Setting<Integer> MAX_PACKET_SIZE = Setting.of(
            "max_packet_size",
            Types.integer(1024, Integer.MAX_VALUE),
            Integer.MAX_VALUE,
            "Bytes of the largest message that is let through.");

    /**
     * Ours. libpq's default too, and for its reason: PostgreSQL has known how to answer a newer version since 9.3, but
     * other poolers and gateways refuse it.
     */
    static final Setting<ProtocolChoice> SERVER_MAX_PROTOCOL_VERSION = Setting.of(
            "server_max_protocol_version",
            Types.choice(ProtocolChoice.class),
            ProtocolChoice.V3_0,
            "Newest protocol asked of servers; with 3.2, PostgreSQL 18 gives long cancel keys, and older ones agree on 3.0.");

    static final Setting<Integer> MAX_PREPARED_STATEMENTS = Setting.of(
            "max_prepared_statements",
            Types.COUNT,
            200,
            "Prepared statements kept per server connection in transaction and statement mode; 0 passes them on as they come.");

    /** Ours: an ini switches it on, because who brings one wants what PgBouncer did with it. */
    static final Setting<Boolean> PGBOUNCER_COMPATIBILITY = Setting.of(
            "pgbouncer_compatibility",
            Types.BOOL,
            false,
            "Refuse startup parameters that are neither followed nor ignored. Started from PgBouncer's ini: 1.");

    static final SettingGroup GROUP = new SettingGroup(
            "Protocol",
            List.of(
                    TRACK_EXTRA_PARAMETERS,
                    IGNORE_STARTUP_PARAMETERS,
                    MAX_PACKET_SIZE,
                    SERVER_MAX_PROTOCOL_VERSION,
                    MAX_PREPARED_STATEMENTS,
                    PGBOUNCER_COMPATIBILITY,
                    Setting.of("disable_pqexec", Types.BOOL, false, "Refuse the simple query protocol.")
                            .restart()
                            .without("this version serves both protocols"),
                    Setting.of(
                                    "application_name_add_host",
                                    Types.BOOL,
                                    false,
                                    "Append the client's address to application_name.")
                            .without("this version leaves application_name as it is"),
                    Setting.of("login_notify_message", Types.TEXT, "", "Notice sent after a successful login.")
                            .without("this version sends no notice at login")));

    private ProtocolSettings() {}
}
