package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;

/**
 * Caps that span pools. 0 means no cap, except where it says otherwise.
 *
 * @param maxClientConn {@code max_client_conn}: clients in total, at least 1
 * @param maxServerConnections {@code max_server_connections}: everything PgWeir opens to one PostgreSQL server (host and port)
 * @param cancelReserveConnections {@code cancel_reserve_connections}: places of that cap kept for cancel requests; already 0 here when the cap is too small for it
 * @param maxDbConnections {@code max_db_connections}: server connections per database
 * @param maxDbClientConnections {@code max_db_client_connections}: clients per database
 * @param maxUserConnections {@code max_user_connections}: server connections per user
 * @param maxUserClientConnections {@code max_user_client_connections}: clients per user
 */
public record LimitsConfig(
        int maxClientConn,
        int maxServerConnections,
        int cancelReserveConnections,
        int maxDbConnections,
        int maxDbClientConnections,
        int maxUserConnections,
        int maxUserClientConnections) {

    /** Below this, a place that only cancel requests may use costs more than a fifth of all queries. */
    private static final int SMALLEST_CAP_WITH_RESERVE = 5;

    public LimitsConfig {
        if (maxServerConnections > 0 && cancelReserveConnections >= maxServerConnections) {
            throw new SettingException(
                    Settings.CANCEL_RESERVE_CONNECTIONS,
                    cancelReserveConnections + " leaves nothing of max_server_connections = " + maxServerConnections
                            + " for queries, accepted: less than that");
        }
    }

    static LimitsConfig from(SettingValues values) {
        return new LimitsConfig(
                values.get(Settings.MAX_CLIENT_CONN),
                values.get(Settings.MAX_SERVER_CONNECTIONS),
                cancelReserve(values),
                values.get(Settings.MAX_DB_CONNECTIONS),
                values.get(Settings.MAX_DB_CLIENT_CONNECTIONS),
                values.get(Settings.MAX_USER_CONNECTIONS),
                values.get(Settings.MAX_USER_CLIENT_CONNECTIONS));
    }

    private static int cancelReserve(SettingValues values) {
        int cap = values.get(Settings.MAX_SERVER_CONNECTIONS);
        return cap == 0 || cap >= SMALLEST_CAP_WITH_RESERVE ? values.get(Settings.CANCEL_RESERVE_CONNECTIONS) : 0;
    }
}
