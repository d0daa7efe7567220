package dev.pgweir.proxy.server;

/** Why a connection ends. Its text is what the log line {@code closing because: …} says, with PgBouncer's wording. */
public enum DisconnectReason {
    CLIENT_CLOSE_REQUEST("client close request"),
    CLIENT_UNEXPECTED_EOF("client unexpected eof"),
    CLIENT_PROTOCOL_ERROR("bad packet"),
    CLIENT_LOGIN_FAILED("login failed"),
    CLIENT_LOGIN_TIMEOUT("client_login_timeout"),
    CLIENT_IDLE_TIMEOUT("client_idle_timeout"),
    CLIENT_TLS_FAILED("TLS handshake failed"),
    CLIENT_TLS_MISSING("SSL required"),
    CLIENT_LIMIT("client limit"),
    IDLE_TRANSACTION_TIMEOUT("idle transaction timeout"),
    TRANSACTION_TIMEOUT("transaction timeout"),
    QUERY_TIMEOUT("query timeout"),
    QUERY_WAIT_TIMEOUT("query_wait_timeout"),
    CANCEL_WAIT_TIMEOUT("cancel_wait_timeout"),
    CLIENT_LEFT_IN_TRANSACTION("client disconnect while server was not ready"),
    STATEMENT_MISSING("prepared statement did not exist"),
    STATEMENT_POOLING_TRANSACTION("transaction blocks not allowed in statement pooling mode"),
    SERVER_CONNECT_FAILED("connect failed"),
    SERVER_CONNECT_TIMEOUT("connect timeout"),
    SERVER_LOGIN_FAILED("login failed"),
    SERVER_TLS_FAILED("TLS handshake with server failed"),
    SERVER_TLS_REFUSED("server refused SSL"),
    SERVER_DNS_FAILED("server DNS lookup failed"),
    SERVER_CRASHED("server conn crashed?"),
    SERVER_PROTOCOL_ERROR("bad packet from server"),
    SERVER_IDLE_TIMEOUT("server idle timeout"),
    SERVER_LIFETIME("server lifetime over"),
    SERVER_CHECK_FAILED("test query failed"),
    SERVER_RESET_FAILED("reset query failed"),
    SERVER_EVICTED("evicted"),
    SERVER_CONFIG_CHANGED("database configuration changed"),
    DATABASE_REMOVED("database removed"),
    USER_REMOVED("user removed"),
    SERVER_ADDRESS_CHANGED("server address changed"),
    SERVER_UNSYNC("unclean server"),
    PAUSED("pause mode"),
    SUSPEND_TIMEOUT("suspend_timeout"),
    ADMIN_KILL("admin forced disconnect"),
    POOL_LIMIT_SHRUNK("pool size reduced"),
    SHUTDOWN("server shutting down"),
    INTERNAL_ERROR("internal error");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    /** The wording of the log line. */
    public String text() {
        return text;
    }

    /** The value of the metric label {@code reason}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
