package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of ErrorResponse and NoticeResponse (PostgreSQL documentation, Error and Notice Message Fields). Any of them
 * may be missing and others may be there: proxies and forks of PostgreSQL send what they like. Of a field that came twice
 * the last value counts.
 *
 * @param values text by the field's code, in the order they came
 */
public record ReportFields(Map<Character, String> values) {
    /** Severity, perhaps translated. */
    public static final char LOCALIZED_SEVERITY = 'S';
    /** Severity, never translated; PostgreSQL 9.6 and newer. */
    public static final char SEVERITY = 'V';

    public static final char CODE = 'C';
    public static final char MESSAGE = 'M';
    public static final char DETAIL = 'D';
    public static final char HINT = 'H';
    /** The place in the query that an error speaks of, in characters from 1. */
    public static final char POSITION = 'P';
    /** PostgreSQL's function that reports it. */
    public static final char ROUTINE = 'R';

    public ReportFields {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static ReportFields of(Severity severity, SqlState code, String message) {
        Map<Character, String> values = new LinkedHashMap<>();
        values.put(LOCALIZED_SEVERITY, severity.name());
        values.put(SEVERITY, severity.name());
        values.put(CODE, code.code());
        values.put(MESSAGE, message);
        return new ReportFields(values);
    }

    static ReportFields decode(MessageReader in) {
        Map<Character, String> values = new LinkedHashMap<>();
        for (byte code = in.int8(); code != 0; code = in.int8()) {
            values.put((char) (code & 0xff), in.cstring());
        }
        in.end();
        return new ReportFields(values);
    }

    /** Always with severity (both), code and message, which libpq and others rely on. */
    void encode(byte type, Severity orElse, ByteBuf out) {
        Severity severity = severity(orElse);
        MessageWriter writer = new MessageWriter(out).begin(type);
        field(writer, LOCALIZED_SEVERITY, values.getOrDefault(LOCALIZED_SEVERITY, severity.name()));
        field(writer, SEVERITY, severity.name());
        field(writer, CODE, code());
        field(writer, MESSAGE, message());
        values.forEach((code, text) -> {
            if (code != LOCALIZED_SEVERITY && code != SEVERITY && code != CODE && code != MESSAGE) {
                field(writer, code, text);
            }
        });
        writer.int8(0).end();
    }

    /** With this field set or replaced. */
    ReportFields with(char code, String text) {
        Map<Character, String> changed = new LinkedHashMap<>(values);
        changed.put(code, text);
        return new ReportFields(changed);
    }

    /** The untranslated severity, else the other one if it is no translation, else {@code orElse}. */
    Severity severity(Severity orElse) {
        Severity severity = Severity.of(values.get(SEVERITY));
        if (severity == null) {
            severity = Severity.of(values.get(LOCALIZED_SEVERITY));
        }
        return severity != null ? severity : orElse;
    }

    String code() {
        return values.getOrDefault(CODE, SqlState.INTERNAL_ERROR.code());
    }

    String message() {
        return values.getOrDefault(MESSAGE, "");
    }

    @Nullable
    String get(char code) {
        return values.get(code);
    }

    private static void field(MessageWriter writer, char code, String text) {
        writer.int8(code).cstring(text);
    }
}
