package dev.pgweir.proxy.client;

import dev.pgweir.proxy.server.DisconnectReason;

/** PgBouncer's words for the end of a client, where PgWeir's own say more. */
final class PgBouncerWords {
    private PgBouncerWords() {}

    /** @param text as PgWeir says it */
    static String of(DisconnectReason reason, String text) {
        return switch (reason) {
            // That of a query which has not begun to run is called as the setting.
            case QUERY_TIMEOUT -> text.startsWith("query_timeout") ? "query_timeout" : reason.text();
            case TRANSACTION_TIMEOUT, IDLE_TRANSACTION_TIMEOUT, CLIENT_IDLE_TIMEOUT, SHUTDOWN -> reason.text();
            // It has two, of which PgWeir's begin with either.
            case CLIENT_LOGIN_TIMEOUT -> text.contains(": ") ? text.substring(0, text.indexOf(": ")) : text;
            default -> text;
        };
    }
}
