package dev.pgweir.protocol.message;

import static dev.pgweir.protocol.TestBytes.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.Authentication;
import dev.pgweir.protocol.message.backend.BackendKeyData;
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
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.Close;
import dev.pgweir.protocol.message.frontend.CopyFail;
import dev.pgweir.protocol.message.frontend.Describe;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.PasswordMessage;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.protocol.message.frontend.SaslInitialResponse;
import dev.pgweir.protocol.message.frontend.SaslResponse;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A body is decoded or refused with a ProtocolException, and nothing outside of it is read. */
class MalformedMessagesTest {
    /** A valid body of each message that is read. */
    static Stream<Arguments> decoders() {
        return Stream.of(
                row("00000000", Authentication::decode),
                row("00000005 01020304", Authentication::decode),
                row("0000000a 'SCRAM-SHA-256' 00 00", Authentication::decode),
                row("0000000b 'r='", Authentication::decode),
                row("0000000c 'v='", Authentication::decode),
                row("00000001 01020304", BackendKeyData::decode),
                row("'SELECT 2' 00", CommandComplete::decode),
                row("0002 00000001 'x' ffffffff", DataRow::decode),
                row("'SERROR' 00 'Mno' 00 00", ErrorResponse::decode),
                row("'SNOTICE' 00 'Mno' 00 00", NoticeResponse::decode),
                row("00030000 00000001 '_pq_.a' 00", NegotiateProtocolVersion::decode),
                row("00000009 'ch' 00 'pay' 00", NotificationResponse::decode),
                row("0002 00000017 00000019", ParameterDescription::decode),
                row("'a' 00 'b' 00", ParameterStatus::decode),
                row("'I'", ReadyForQuery::decode),
                row("0001 'a' 00 00000000 0000 00000019 ffff ffffffff 0000", RowDescription::decode),
                row("'p' 00 's' 00", Bind.Names::decode),
                row("00000001 01020304", CancelRequest::decode),
                row("'S' 's1' 00", Describe::decode),
                row("'P' 's1' 00", Close::decode),
                row("'why' 00", CopyFail::decode),
                row("'p' 00 00000032", Execute::decode),
                row("'s' 00 'q' 00 0001 00000017", Parse::decode),
                row("'pw' 00", PasswordMessage::decode),
                row("'q' 00", Query::decode),
                row("'SCRAM' 00 00000003 'n,,'", SaslInitialResponse::decode),
                row("'c='", SaslResponse::decode),
                row("'user' 00 'bob' 00 00", body -> StartupMessage.decode(ProtocolVersion.V3_0, body)));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                row("ffff", DataRow::decode),
                row("0001 fffffffe", DataRow::decode),
                row("0001 7fffffff", DataRow::decode),
                row("0001 80000000", DataRow::decode),
                row("0001 00000002 'x'", DataRow::decode),
                row("0001 00000001 'xy'", DataRow::decode),
                row("ffff 'a' 00", RowDescription::decode),
                row("ffff", ParameterDescription::decode),
                row("00030000 7fffffff", NegotiateProtocolVersion::decode),
                row("00030000 ffffffff", NegotiateProtocolVersion::decode),
                row("00030000 00000001 'x'", NegotiateProtocolVersion::decode),
                row("'s' 00 'q' 00 ffff", Parse::decode),
                row("'SCRAM' 00 7fffffff", SaslInitialResponse::decode),
                row("'SCRAM' 00 fffffffe", SaslInitialResponse::decode),
                row("'SCRAM' 00 00000001 'ab'", SaslInitialResponse::decode),
                row("'pw' 00 00", PasswordMessage::decode),
                row("'pw'", PasswordMessage::decode),
                row("'SERROR'", ErrorResponse::decode),
                row("'SERROR' 00", ErrorResponse::decode),
                row("00000005 010203", Authentication::decode),
                row("00000005 0102030405", Authentication::decode),
                row("0000000a 'SCRAM' 00", Authentication::decode),
                row("00000000 00", Authentication::decode),
                row("'X'", ReadyForQuery::decode),
                row("'II'", ReadyForQuery::decode),
                row("", ReadyForQuery::decode));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void refusesNestedLengthsThatDoNotFit(String body, Function<ByteBuf, Object> decoder) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> decoder.apply(buffer(body)))
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void readsNothingBehindTheBody(String body, Function<ByteBuf, Object> decoder) {
        ByteBuf whole = buffer(body);
        ByteBuf followed =
                Unpooled.wrappedBuffer(whole, buffer("00000000 00000000 00")).slice(0, whole.readableBytes());
        assertThat(decoder.apply(followed)).isEqualTo(decoder.apply(whole));
        for (int length = 0; length < whole.readableBytes(); length++) {
            decodedOrRefused(followed.slice(0, length), decoder);
        }
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void changedBodiesAreDecodedOrRefused(String body, Function<ByteBuf, Object> decoder) {
        byte[] valid = ByteBufUtil.getBytes(buffer(body));
        Random random = new Random(body.hashCode());
        for (int round = 0; round < 3000; round++) {
            byte[] changed = valid.clone();
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
            }
            decodedOrRefused(Unpooled.wrappedBuffer(changed), decoder);
        }
    }

    private static void decodedOrRefused(ByteBuf body, Function<ByteBuf, Object> decoder) {
        int first = body.readerIndex();
        try {
            assertThat(decoder.apply(body)).isNotNull();
        } catch (ProtocolException e) {
            assertThat(e).hasMessageMatching("(malformed|unknown transaction|neither statement)[^\0]*");
        }
        assertThat(body.readerIndex()).isEqualTo(first);
    }

    private static Arguments row(String body, Function<ByteBuf, Object> decoder) {
        return Arguments.of(body, decoder);
    }
}
