package dev.pgweir.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.Authentication;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.BackendMessage;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.DataRow;
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
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.PasswordMessage;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.protocol.message.frontend.SaslInitialResponse;
import dev.pgweir.protocol.message.frontend.SaslResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Function;

/** Any body of any message that is decoded: decoded or refused, and what is written of it is read again as the same. */
final class MessageFuzzTest {
    private static final List<Function<ByteBuf, Object>> DECODERS = List.of(
            Authentication::decode,
            BackendKeyData::decode,
            CommandComplete::decode,
            DataRow::decode,
            ErrorResponse::decode,
            NoticeResponse::decode,
            NegotiateProtocolVersion::decode,
            NotificationResponse::decode,
            ParameterDescription::decode,
            ParameterStatus::decode,
            ReadyForQuery::decode,
            RowDescription::decode,
            Bind.Names::decode,
            Describe::decode,
            Close::decode,
            CopyFail::decode,
            Execute::decode,
            Parse::decode,
            PasswordMessage::decode,
            Query::decode,
            SaslInitialResponse::decode,
            SaslResponse::decode);

    /** The first byte says which message it is. */
    @FuzzTest(maxDuration = "10m")
    void decodesOrRefuses(byte[] data) {
        if (data.length == 0) {
            return;
        }
        Function<ByteBuf, Object> decoder = DECODERS.get((data[0] & 0xff) % DECODERS.size());
        Object decoded;
        try {
            decoded = decoder.apply(Unpooled.wrappedBuffer(data, 1, data.length - 1));
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(decoded.toString()).isNotNull();
        ByteBuf out = Unpooled.buffer();
        if (decoded instanceof BackendMessage message) {
            message.encode(out);
        } else if (decoded instanceof FrontendMessage message) {
            message.encode(out);
        } else {
            return;
        }
        ByteBuf body = out.slice(FrameScanner.HEADER_LENGTH, out.readableBytes() - FrameScanner.HEADER_LENGTH);
        Object again = decoder.apply(body);
        ByteBuf twice = Unpooled.buffer();
        if (again instanceof BackendMessage message) {
            message.encode(twice);
        } else if (again instanceof FrontendMessage message) {
            message.encode(twice);
        }
        assertThat(twice).isEqualTo(out);
    }
}
