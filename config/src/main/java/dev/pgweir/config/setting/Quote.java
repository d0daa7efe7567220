package dev.pgweir.config.setting;

/** Puts text that came from outside into messages. */
public final class Quote {

    /** Enough to recognize a value by; the message must stay one readable line. */
    private static final int MAX_SHOWN = 60;

    private Quote() {}

    /** {@code text} in double quotes, shortened, without control characters that could forge a log line. */
    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int shown = Math.min(text.length(), MAX_SHOWN);
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            quoted.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        return quoted.append(text.length() > MAX_SHOWN ? "…\"" : "\"").toString();
    }
}
