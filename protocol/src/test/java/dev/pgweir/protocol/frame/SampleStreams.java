package dev.pgweir.protocol.frame;

import static dev.pgweir.protocol.BackendMessageType.COPY_DATA;
import static dev.pgweir.protocol.BackendMessageType.COPY_IN_RESPONSE;
import static dev.pgweir.protocol.BackendMessageType.COPY_OUT_RESPONSE;
import static dev.pgweir.protocol.BackendMessageType.FUNCTION_CALL_RESPONSE;
import static dev.pgweir.protocol.FrontendMessageType.FUNCTION_CALL;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.MessageWriter;
import dev.pgweir.protocol.message.backend.AuthenticationOk;
import dev.pgweir.protocol.message.backend.AuthenticationSasl;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.BackendMessage;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.EmptyBackendMessage;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NegotiateProtocolVersion;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.protocol.message.backend.NotificationResponse;
import dev.pgweir.protocol.message.backend.ParameterDescription;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.backend.RowDescription;
import dev.pgweir.protocol.message.frontend.Bind;
import dev.pgweir.protocol.message.frontend.Close;
import dev.pgweir.protocol.message.frontend.CopyFail;
import dev.pgweir.protocol.message.frontend.Describe;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.PasswordMessage;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.protocol.message.frontend.Query;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;

/** A stream of each direction in which every type of message comes at least once. */
final class SampleStreams {
    /** What a relay looks at in a server's stream. */
    static final Interest OF_SERVER = Interest.builder()
            .none(BackendMessageType.all())
            .whole(
                    BackendMessageType.READY_FOR_QUERY,
                    BackendMessageType.PARAMETER_STATUS,
                    BackendMessageType.ERROR_RESPONSE)
            .header(COPY_IN_RESPONSE, COPY_OUT_RESPONSE, BackendMessageType.COPY_BOTH_RESPONSE)
            .build();

    /** What a relay that rewrites names looks at in a client's stream. */
    static final Interest OF_CLIENT = Interest.builder()
            .none(FrontendMessageType.all())
            .header(
                    FrontendMessageType.QUERY,
                    FrontendMessageType.EXECUTE,
                    FrontendMessageType.SYNC,
                    FrontendMessageType.FLUSH,
                    FUNCTION_CALL)
            .whole(
                    FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.CLOSE,
                    FrontendMessageType.TERMINATE)
            .build();

    private SampleStreams() {}

    static byte[] ofServer() {
        ByteBuf out = Unpooled.buffer();
        fromServer(
                out,
                new NegotiateProtocolVersion(ProtocolVersion.V3_0, List.of("_pq_.x")),
                new AuthenticationSasl(List.of("SCRAM-SHA-256")),
                new AuthenticationOk(),
                new ParameterStatus("client_encoding", "UTF8"),
                new BackendKeyData(77, new byte[] {1, 2, 3, 4}),
                new ReadyForQuery(TransactionStatus.IDLE),
                new RowDescription(List.of(RowDescription.Column.text("name"), RowDescription.Column.int4("n"))),
                DataRow.of("one", "1"),
                DataRow.of(null, ""),
                new CommandComplete("SELECT 2"),
                EmptyBackendMessage.EMPTY_QUERY_RESPONSE,
                new ReadyForQuery(TransactionStatus.IN_TRANSACTION),
                EmptyBackendMessage.PARSE_COMPLETE,
                new ParameterDescription(List.of(23, 25)),
                EmptyBackendMessage.NO_DATA,
                EmptyBackendMessage.BIND_COMPLETE,
                EmptyBackendMessage.PORTAL_SUSPENDED,
                EmptyBackendMessage.CLOSE_COMPLETE,
                NoticeResponse.of(Severity.WARNING, SqlState.SUCCESSFUL_COMPLETION, "mind the gap"),
                new NotificationResponse(5, "channel", "payload"),
                ErrorResponse.of(Severity.ERROR, SqlState.SYNTAX_ERROR, "no"),
                ErrorResponse.of(Severity.ERROR, SqlState.SYNTAX_ERROR, "x".repeat(400)),
                new ReadyForQuery(TransactionStatus.FAILED));
        raw(out, COPY_IN_RESPONSE, 5);
        raw(out, COPY_OUT_RESPONSE, 3);
        raw(out, COPY_DATA, 0);
        raw(out, COPY_DATA, 90);
        raw(out, BackendMessageType.COPY_DONE, 0);
        raw(out, BackendMessageType.COPY_BOTH_RESPONSE, 0);
        raw(out, FUNCTION_CALL_RESPONSE, 8);
        fromServer(out, new ReadyForQuery(TransactionStatus.IDLE));
        return ByteBufUtil.getBytes(out);
    }

    static byte[] ofClient() {
        ByteBuf out = Unpooled.buffer();
        fromClient(
                out,
                new PasswordMessage("secret"),
                new Query("begin"),
                new Parse("s1", "select $1", List.of(23)),
                new Bind("", "s1", Arrays.asList("1", null)),
                new Describe(PreparedKind.PORTAL, ""),
                new Execute("", 0),
                EmptyFrontendMessage.FLUSH,
                new Close(PreparedKind.STATEMENT, "s1"),
                new Parse("long", "select '" + "y".repeat(500) + "'", List.of()),
                EmptyFrontendMessage.SYNC,
                new Query("copy t from stdin"));
        raw(out, FrontendMessageType.COPY_DATA, 60);
        raw(out, FrontendMessageType.COPY_DATA, 1);
        fromClient(out, EmptyFrontendMessage.COPY_DONE, new CopyFail("enough"));
        raw(out, FUNCTION_CALL, 14);
        fromClient(out, EmptyFrontendMessage.TERMINATE);
        return ByteBufUtil.getBytes(out);
    }

    private static void fromServer(ByteBuf out, BackendMessage... messages) {
        for (BackendMessage message : messages) {
            message.encode(out);
        }
    }

    private static void fromClient(ByteBuf out, FrontendMessage... messages) {
        for (FrontendMessage message : messages) {
            message.encode(out);
        }
    }

    private static void raw(ByteBuf out, byte type, int bodyLength) {
        byte[] body = new byte[bodyLength];
        Arrays.fill(body, (byte) 0xff);
        new MessageWriter(out).begin(type).bytes(body).end();
    }
}
