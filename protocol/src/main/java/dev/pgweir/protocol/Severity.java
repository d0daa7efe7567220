package dev.pgweir.protocol;

import org.jspecify.annotations.Nullable;

/** The severities of ErrorResponse ({@code ERROR} and above) and NoticeResponse, spelled as on the wire. */
public enum Severity {
    DEBUG,
    LOG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    FATAL,
    PANIC;

    /** The severity of that name, or null for any other text, such as a translated one. */
    public static @Nullable Severity of(@Nullable String text) {
        for (Severity severity : values()) {
            if (severity.name().equals(text)) {
                return severity;
            }
        }
        return null;
    }
}
