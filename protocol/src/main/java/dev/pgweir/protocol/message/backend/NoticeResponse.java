package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.MessageReader;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** NoticeResponse: a warning or other remark, which ends nothing. */
public record NoticeResponse(ReportFields fields) implements BackendMessage {
    /** With severity, code and message. */
    public static NoticeResponse of(Severity severity, SqlState code, String message) {
        return new NoticeResponse(ReportFields.of(severity, code, message));
    }

    public NoticeResponse withDetail(String detail) {
        return new NoticeResponse(fields.with(ReportFields.DETAIL, detail));
    }

    public NoticeResponse withHint(String hint) {
        return new NoticeResponse(fields.with(ReportFields.HINT, hint));
    }

    public static NoticeResponse decode(ByteBuf body) {
        return new NoticeResponse(ReportFields.decode(new MessageReader("NoticeResponse", body)));
    }

    @Override
    public void encode(ByteBuf out) {
        fields.encode(BackendMessageType.NOTICE_RESPONSE, Severity.NOTICE, out);
    }

    /** NOTICE where the server gave none that is known. */
    public Severity severity() {
        return fields.severity(Severity.NOTICE);
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
