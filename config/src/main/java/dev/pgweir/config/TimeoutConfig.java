package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.time.Duration;

/**
 * How long things may take. Zero means no limit, unless it says otherwise.
 *
 * @param queryWaitTimeout {@code query_wait_timeout}: a client that has waited so long for a server is disconnected
 * @param queryWaitNotify {@code query_wait_notify}: a client that has waited so long for a server is told; zero: it is not
 * @param queryTimeout {@code query_timeout}: the longest a query may run
 * @param transactionTimeout {@code transaction_timeout}: the longest a transaction may last
 * @param idleTransactionTimeout {@code idle_transaction_timeout}: the longest a client may be idle in a transaction
 * @param clientIdleTimeout {@code client_idle_timeout}: the longest a client may be idle
 * @param clientLoginTimeout {@code client_login_timeout}: the longest a login may take
 * @param cancelWaitTimeout {@code cancel_wait_timeout}: a cancel request that has waited so long is dropped
 * @param serverConnectTimeout {@code server_connect_timeout}: the longest that connecting and logging in to a server may take
 * @param serverLoginRetry {@code server_login_retry}: pause after a failed login to a server; zero: none
 * @param serverIdleTimeout {@code server_idle_timeout}: an idle server connection is closed
 * @param serverLifetime {@code server_lifetime}: an unused server connection of that age is closed; zero: after one use
 * @param poolIdleTimeout {@code pool_idle_timeout}: a pool that has been empty so long is forgotten; zero: never
 * @param autodbIdleTimeout {@code autodb_idle_timeout}: a database made by {@code *} whose pools have been empty so long is
 *     forgotten, with its statistics; zero: never
 */
public record TimeoutConfig(
        Duration queryWaitTimeout,
        Duration queryWaitNotify,
        Duration queryTimeout,
        Duration transactionTimeout,
        Duration idleTransactionTimeout,
        Duration clientIdleTimeout,
        Duration clientLoginTimeout,
        Duration cancelWaitTimeout,
        Duration serverConnectTimeout,
        Duration serverLoginRetry,
        Duration serverIdleTimeout,
        Duration serverLifetime,
        Duration poolIdleTimeout,
        Duration autodbIdleTimeout) {

    static TimeoutConfig from(SettingValues values) {
        return new TimeoutConfig(
                values.get(Settings.QUERY_WAIT_TIMEOUT),
                values.get(Settings.QUERY_WAIT_NOTIFY),
                values.get(Settings.QUERY_TIMEOUT),
                values.get(Settings.TRANSACTION_TIMEOUT),
                values.get(Settings.IDLE_TRANSACTION_TIMEOUT),
                values.get(Settings.CLIENT_IDLE_TIMEOUT),
                values.get(Settings.CLIENT_LOGIN_TIMEOUT),
                values.get(Settings.CANCEL_WAIT_TIMEOUT),
                values.get(Settings.SERVER_CONNECT_TIMEOUT),
                values.get(Settings.SERVER_LOGIN_RETRY),
                values.get(Settings.SERVER_IDLE_TIMEOUT),
                values.get(Settings.SERVER_LIFETIME),
                values.get(Settings.POOL_IDLE_TIMEOUT),
                values.get(Settings.AUTODB_IDLE_TIMEOUT));
    }
}
