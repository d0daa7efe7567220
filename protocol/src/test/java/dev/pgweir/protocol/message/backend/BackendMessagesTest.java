package dev.pgweir.protocol.message.backend;

import static dev.pgweir.protocol.TestBytes.buffer;
import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.TestBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.RowDescription.Column;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BackendMessagesTest {
    private static final byte[] FOUR = {1, 2, 3, 4};
    private static final String SECRET = "correct horse";

    static Stream<Arguments> readAndWritten() {
        return Stream.of(
                row(new AuthenticationOk(), "'R' 00000008 00000000", Authentication::decode),
                row(new AuthenticationCleartextPassword(), "'R' 00000008 00000003", Authentication::decode),
                row(new AuthenticationMd5Password(FOUR), "'R' 0000000c 00000005 01020304", Authentication::decode),
                row(
                        new AuthenticationSasl(List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")),
                        "'R' 0000002a 0000000a 'SCRAM-SHA-256-PLUS' 00 'SCRAM-SHA-256' 00 00",
                        Authentication::decode),
                row(
                        new AuthenticationSaslContinue(new byte[] {'r', '='}),
                        "'R' 0000000a 0000000b 'r='",
                        Authentication::decode),
                row(
                        new AuthenticationSaslFinal(new byte[] {'v', '='}),
                        "'R' 0000000a 0000000c 'v='",
                        Authentication::decode),
                row(new AuthenticationOther(7), "'R' 00000008 00000007", Authentication::decode),
                row(new BackendKeyData(77, FOUR), "'K' 0000000c 0000004d 01020304", BackendKeyData::decode),
                row(
                        new ParameterStatus("TimeZone", "UTC"),
                        "'S' 00000011 'TimeZone' 00 'UTC' 00",
                        ParameterStatus::decode),
                row(new ReadyForQuery(TransactionStatus.IDLE), "'Z' 00000005 'I'", ReadyForQuery::decode),
                row(new ReadyForQuery(TransactionStatus.IN_TRANSACTION), "'Z' 00000005 'T'", ReadyForQuery::decode),
                row(new ReadyForQuery(TransactionStatus.FAILED), "'Z' 00000005 'E'", ReadyForQuery::decode),
                row(
                        ErrorResponse.of(Severity.FATAL, SqlState.TOO_MANY_CONNECTIONS, "full"),
                        "'E' 00000020 'SFATAL' 00 'VFATAL' 00 'C53300' 00 'Mfull' 00 00",
                        ErrorResponse::decode),
                row(
                        NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, "hi")
                                .withDetail("d")
                                .withHint("h"),
                        "'N' 00000026 'SNOTICE' 00 'VNOTICE' 00 'C00000' 00 'Mhi' 00 'Dd' 00 'Hh' 00 00",
                        NoticeResponse::decode),
                row(
                        new NegotiateProtocolVersion(ProtocolVersion.V3_0, List.of("_pq_.a", "_pq_.b")),
                        "'v' 0000001a 00030000 00000002 '_pq_.a' 00 '_pq_.b' 00",
                        NegotiateProtocolVersion::decode),
                row(
                        new RowDescription(List.of(Column.text("a"), Column.int8("bc"))),
                        "'T' 0000002f 0002 'a' 00 00000000 0000 00000019 ffff ffffffff 0000"
                                + " 'bc' 00 00000000 0000 00000014 0008 ffffffff 0000",
                        RowDescription::decode),
                row(DataRow.of("x", null, ""), "'D' 00000013 0003 00000001 'x' ffffffff 00000000", DataRow::decode),
                row(DataRow.of("ä"), "'D' 0000000c 0001 00000002 'ä'", DataRow::decode),
                row(new CommandComplete("SELECT 2"), "'C' 0000000d 'SELECT 2' 00", CommandComplete::decode),
                row(
                        new NotificationResponse(9, "ch", "pay"),
                        "'A' 0000000f 00000009 'ch' 00 'pay' 00",
                        NotificationResponse::decode),
                row(
                        new ParameterDescription(List.of(23, 25)),
                        "'t' 0000000e 0002 00000017 00000019",
                        ParameterDescription::decode));
    }

    static Stream<Arguments> empty() {
        return Stream.of(
                Arguments.of(EmptyBackendMessage.PARSE_COMPLETE, "'1' 00000004"),
                Arguments.of(EmptyBackendMessage.BIND_COMPLETE, "'2' 00000004"),
                Arguments.of(EmptyBackendMessage.CLOSE_COMPLETE, "'3' 00000004"),
                Arguments.of(EmptyBackendMessage.NO_DATA, "'n' 00000004"),
                Arguments.of(EmptyBackendMessage.PORTAL_SUSPENDED, "'s' 00000004"),
                Arguments.of(EmptyBackendMessage.EMPTY_QUERY_RESPONSE, "'I' 00000004"));
    }

    @ParameterizedTest
    @MethodSource("readAndWritten")
    void readsWhatItWrites(BackendMessage message, String golden, Function<ByteBuf, BackendMessage> decoder) {
        assertThat(written(message::encode)).isEqualTo(bytes(golden));
        ByteBuf body = buffer(golden).skipBytes(5);
        BackendMessage decoded = decoder.apply(body);
        assertThat(decoded).isEqualTo(message).hasSameHashCodeAs(message);
        assertThat(body.readerIndex()).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("empty")
    void writes(EmptyBackendMessage message, String golden) {
        assertThat(written(message::encode)).isEqualTo(bytes(golden));
    }

    @Test
    void acceptsLongCancelKeysAndNoLongerOnes() {
        byte[] longest = new byte[256];
        byte[] written = written(new BackendKeyData(1, longest)::encode);
        ByteBuf body = Unpooled.wrappedBuffer(written, 5, written.length - 5);
        assertThat(BackendKeyData.decode(body).secret()).isEqualTo(longest);
        byte[] tooLong = written(new BackendKeyData(1, new byte[257])::encode);
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> BackendKeyData.decode(Unpooled.wrappedBuffer(tooLong, 5, tooLong.length - 5)))
                .withMessageContaining("257");
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> BackendKeyData.decode(buffer("00000001 010203")));
    }

    @Test
    void readsANegotiatedMinorVersionSentAlone() {
        assertThat(NegotiateProtocolVersion.decode(buffer("00000002 00000000")).version())
                .isEqualTo(ProtocolVersion.V3_2);
    }

    @Test
    void namesTheMethodsItCannotAnswer() {
        assertThat(Authentication.decode(buffer("00000008 0102")))
                .isInstanceOfSatisfying(
                        AuthenticationOther.class,
                        other -> assertThat(other.method()).isEqualTo("GSSAPI"));
        assertThat(List.of(2, 6, 9, 99))
                .extracting(code -> new AuthenticationOther(code).method())
                .containsExactly("Kerberos V5", "SCM credentials", "SSPI", "method 99");
    }

    @Test
    void columnsHaveTheTypesOfTheCatalog() {
        assertThat(List.of(
                        Column.text("c"), Column.int4("c"), Column.int8("c"), Column.numeric("c"), Column.bytea("c")))
                .extracting(Column::typeOid)
                .containsExactly(25, 23, 20, 1700, 17);
    }

    @Test
    void secretsAreNotPrinted() {
        byte[] secret = bytes("'" + SECRET + "'");
        assertThat(List.of(
                        new BackendKeyData(1, secret),
                        new AuthenticationMd5Password(secret),
                        new AuthenticationSaslContinue(secret),
                        new AuthenticationSaslFinal(secret)))
                .allSatisfy(message -> assertThat(message.toString())
                        .contains("***")
                        .doesNotContain(SECRET)
                        .doesNotContain("[B@"));
    }

    @ParameterizedTest
    @EnumSource(Severity.class)
    void everySeverityComesBack(Severity severity) {
        ErrorResponse report = ErrorResponse.of(severity, SqlState.INTERNAL_ERROR, "m");
        assertThat(report.severity()).isEqualTo(severity);
    }

    private static Arguments row(BackendMessage message, String golden, Function<ByteBuf, BackendMessage> decoder) {
        return Arguments.of(message, golden, decoder);
    }
}
