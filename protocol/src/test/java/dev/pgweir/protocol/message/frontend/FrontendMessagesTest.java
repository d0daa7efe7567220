package dev.pgweir.protocol.message.frontend;

import static dev.pgweir.protocol.TestBytes.buffer;
import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.TestBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FrontendMessagesTest {
    private static final byte[] KEY = {1, 2, 3, 4};
    private static final String SECRET = "correct horse";

    static Stream<Arguments> readAndWritten() {
        return Stream.of(
                row(new PasswordMessage("geheim"), "'p' 0000000b 'geheim' 00", PasswordMessage::decode),
                row(
                        new SaslInitialResponse("SCRAM-SHA-256", new byte[] {'n', ',', ','}),
                        "'p' 00000019 'SCRAM-SHA-256' 00 00000003 'n,,'",
                        SaslInitialResponse::decode),
                row(
                        new SaslInitialResponse("PLAIN", new byte[0]),
                        "'p' 0000000e 'PLAIN' 00 00000000",
                        SaslInitialResponse::decode),
                row(new SaslResponse(new byte[] {'c', '='}), "'p' 00000006 'c='", SaslResponse::decode),
                row(new Query("select \"ä\""), "'Q' 00000010 'select \"ä\"' 00", Query::decode),
                row(
                        new Parse("s1", "select $1", List.of(23, 0)),
                        "'P' 0000001b 's1' 00 'select $1' 00 0002 00000017 00000000",
                        Parse::decode),
                row(new Parse("", "", List.of()), "'P' 00000008 00 00 0000", Parse::decode),
                row(new Describe(PreparedKind.STATEMENT, "s1"), "'D' 00000008 'S' 's1' 00", Describe::decode),
                row(new Close(PreparedKind.PORTAL, ""), "'C' 00000006 'P' 00", Close::decode),
                row(new Execute("p", 50), "'E' 0000000a 'p' 00 00000032", Execute::decode),
                row(new CopyFail("why"), "'f' 00000008 'why' 00", CopyFail::decode));
    }

    static Stream<Arguments> onlyWritten() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("user", "bob");
        parameters.put("database", "shop");
        return Stream.of(
                Arguments.of(
                        new StartupMessage(ProtocolVersion.V3_0, parameters),
                        "00000020 00030000 'user' 00 'bob' 00 'database' 00 'shop' 00 00"),
                Arguments.of(new StartupMessage(ProtocolVersion.V3_2, Map.of()), "00000009 00030002 00"),
                Arguments.of(new SslRequest(), "00000008 04d2162f"),
                Arguments.of(new GssEncRequest(), "00000008 04d21630"),
                Arguments.of(new CancelRequest(77, KEY), "00000010 04d2162e 0000004d 01020304"),
                Arguments.of(
                        new Bind("p", "s1", Arrays.asList("42", null, "")),
                        "'B' 0000001d 'p' 00 's1' 00 0000 0003 00000002 '42' ffffffff 00000000 0000"),
                Arguments.of(EmptyFrontendMessage.SYNC, "'S' 00000004"),
                Arguments.of(EmptyFrontendMessage.FLUSH, "'H' 00000004"),
                Arguments.of(EmptyFrontendMessage.COPY_DONE, "'c' 00000004"),
                Arguments.of(EmptyFrontendMessage.TERMINATE, "'X' 00000004"));
    }

    @ParameterizedTest
    @MethodSource("readAndWritten")
    void readsWhatItWrites(FrontendMessage message, String golden, Function<ByteBuf, FrontendMessage> decoder) {
        assertThat(written(message::encode)).isEqualTo(bytes(golden));
        ByteBuf body = buffer(golden).skipBytes(5);
        FrontendMessage decoded = decoder.apply(body);
        assertThat(decoded).isEqualTo(message).hasSameHashCodeAs(message);
        assertThat(body.readerIndex()).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("onlyWritten")
    void writes(FrontendMessage message, String golden) {
        assertThat(written(message::encode)).isEqualTo(bytes(golden));
    }

    @Test
    void readsTheNamesOfABindInAnyFormat() {
        ByteBuf body = buffer("'p' 00 's1' 00 0001 0001 0001 00000002 fffe 0000");
        assertThat(Bind.Names.decode(body)).isEqualTo(new Bind.Names("p", "s1", 5));
    }

    @Test
    void aSaslResponseWithoutDataIsEmpty() {
        assertThat(SaslInitialResponse.decode(buffer("'PLAIN' 00 ffffffff")))
                .isEqualTo(new SaslInitialResponse("PLAIN", new byte[0]));
    }

    @Test
    void secretsAreNotPrinted() {
        byte[] secret = bytes("'" + SECRET + "'");
        assertThat(List.of(
                        new PasswordMessage(SECRET),
                        new SaslInitialResponse("SCRAM-SHA-256", secret),
                        new SaslResponse(secret),
                        new CancelRequest(1, secret)))
                .allSatisfy(message -> assertThat(message.toString())
                        .contains("***")
                        .doesNotContain(SECRET)
                        .doesNotContain("[B@"));
    }

    @Test
    void secretsOfOtherBytesAreNotEqual() {
        assertThat(new CancelRequest(1, new byte[] {1, 2, 3, 4})).isNotEqualTo(new CancelRequest(1, new byte[4]));
        assertThat(new CancelRequest(1, new byte[4])).isNotEqualTo(new CancelRequest(2, new byte[4]));
        assertThat(new SaslResponse(new byte[1])).isNotEqualTo(new SaslResponse(new byte[2]));
        assertThat(new SaslInitialResponse("A", KEY)).isNotEqualTo(new SaslInitialResponse("B", KEY));
    }

    @Test
    void aNulCannotBeSmuggledIntoAMessage() {
        ByteBuf out = Unpooled.buffer();
        StartupMessage message = new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "bob\0database\0postgres"));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> message.encode(out));
        assertThat(out.isReadable()).isFalse();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new StartupMessage(ProtocolVersion.V3_0, Map.of("", "x")));
    }

    @Test
    void refusesAnUnknownKindOfName() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> Describe.decode(buffer("'X' 00")))
                .withMessageContaining("0x58 ('X')");
    }

    private static Arguments row(FrontendMessage message, String golden, Function<ByteBuf, FrontendMessage> decoder) {
        return Arguments.of(message, golden, decoder);
    }
}
