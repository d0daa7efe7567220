package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.MessageReader;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** ErrorResponse: a query, a login or the session failed. */
public record ErrorResponse(ReportFields fields) implements BackendMessage {
    /** With severity, code and message. */
    public static ErrorResponse of(Severity severity, SqlState code, String message) {
        return new ErrorResponse(ReportFields.of(severity, code, message));
    }

    public ErrorResponse withDetail(String detail) {
        return new ErrorResponse(fields.with(ReportFields.DETAIL, detail));
    }

    public ErrorResponse withHint(String hint) {
        return new ErrorResponse(fields.with(ReportFields.HINT, hint));
    }

    public static ErrorResponse decode(ByteBuf body) {
        return new ErrorResponse(ReportFields.decode(new MessageReader("ErrorResponse", body)));
    }

    @Override
    public void encode(ByteBuf out) {
        fields.encode(BackendMessageType.ERROR_RESPONSE, Severity.ERROR, out);
    }

    /** ERROR where the server gave none that is known. */
    public Severity severity() {
        return fields.severity(Severity.ERROR);
    }

    /** The SQLSTATE as it came, whatever it looks like; XX000 if there was none. */
    public String code() {
        return fields.code();
    }

    /** Empty if there was none. */
    public String message() {
        return fields.message();
    }

    public @Nullable String detail() {
        return fields.get(ReportFields.DETAIL);
    }

    public @Nullable String hint() {
        return fields.get(ReportFields.HINT);
    }
}
