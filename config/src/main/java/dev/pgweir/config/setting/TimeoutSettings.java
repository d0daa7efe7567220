package dev.pgweir.config.setting;

import java.time.Duration;
import java.util.List;

/** How long clients may take and be kept waiting. */
final class TimeoutSettings {

    static final Setting<Duration> QUERY_TIMEOUT = Setting.of(
            "query_timeout",
            Types.SECONDS,
            Duration.ZERO,
            "A query that takes longer, its wait for a server included, is ended; 0: no limit.");

    static final Setting<Duration> QUERY_WAIT_TIMEOUT = Setting.of(
            "query_wait_timeout",
            Types.SECONDS,
            Duration.ofMinutes(2),
            "A client that has waited so long for a server is disconnected; 0: waits for ever.");

    static final Setting<Duration> QUERY_WAIT_NOTIFY = Setting.of(
            "query_wait_notify",
            Types.SECONDS,
            Duration.ofSeconds(5),
            "A client that has waited so long for a server gets a notice; 0: none.");

    static final Setting<Duration> CANCEL_WAIT_TIMEOUT = Setting.of(
            "cancel_wait_timeout",
            Types.SECONDS,
            Duration.ofSeconds(10),
            "A cancel request that has waited so long is dropped; 0: waits for ever.");

    static final Setting<Duration> CLIENT_LOGIN_TIMEOUT = Setting.of(
            "client_login_timeout",
            Types.SECONDS,
            Duration.ofMinutes(1),
            "A client that has not logged in by then is disconnected; 0: no limit.");

    static final Setting<Duration> CLIENT_IDLE_TIMEOUT = Setting.of(
            "client_idle_timeout", Types.SECONDS, Duration.ZERO, "An idle client is disconnected; 0: never.");

    static final Setting<Duration> IDLE_TRANSACTION_TIMEOUT = Setting.of(
            "idle_transaction_timeout",
            Types.SECONDS,
            Duration.ZERO,
            "A client that is idle in a transaction is disconnected; 0: never.");

    static final Setting<Duration> TRANSACTION_TIMEOUT = Setting.of(
            "transaction_timeout",
            Types.SECONDS,
            Duration.ZERO,
            "A client whose transaction takes longer is disconnected; 0: no limit.");

    static final Setting<Duration> SUSPEND_TIMEOUT = Setting.of(
            "suspend_timeout",
            Types.SECONDS,
            Duration.ofSeconds(10),
            "A client that has not taken its answers so long after SUSPEND is disconnected.");

    /** Within the 30 s that Kubernetes gives a container before it is killed. */
    static final Setting<Duration> SHUTDOWN_TIMEOUT = Setting.of(
            "shutdown_timeout",
            Types.SECONDS,
            Duration.ofSeconds(25),
            "Time that SIGTERM leaves to clients that are not idle; 0: no end. Started from PgBouncer's ini: 0.");

    static final SettingGroup GROUP = new SettingGroup(
            "Timeouts",
            List.of(
                    QUERY_WAIT_TIMEOUT,
                    QUERY_WAIT_NOTIFY,
                    QUERY_TIMEOUT,
                    TRANSACTION_TIMEOUT,
                    IDLE_TRANSACTION_TIMEOUT,
                    CLIENT_IDLE_TIMEOUT,
                    CLIENT_LOGIN_TIMEOUT,
                    CANCEL_WAIT_TIMEOUT,
                    SUSPEND_TIMEOUT,
                    SHUTDOWN_TIMEOUT));

    private TimeoutSettings() {}
}
