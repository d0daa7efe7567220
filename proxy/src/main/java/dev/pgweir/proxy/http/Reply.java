package dev.pgweir.proxy.http;

import java.nio.charset.StandardCharsets;

/**
 * An answer.
 *
 * @param status 200 to 599
 * @param contentType of the body
 * @param body not to be changed any more
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
public record Reply(int status, String contentType, byte[] body) {
    static final String JSON = "application/json";

    /** A body of JSON. */
    public static Reply json(int status, String text) {
        return new Reply(status, JSON, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static Reply text(int status, String text) {
        return new Reply(status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
