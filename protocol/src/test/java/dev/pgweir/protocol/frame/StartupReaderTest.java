package dev.pgweir.protocol.frame;

import static dev.pgweir.protocol.TestBytes.buffer;
import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.TestBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.GssEncRequest;
import dev.pgweir.protocol.message.frontend.SslRequest;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.protocol.message.frontend.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupReaderTest {
    private final StartupReader reader = new StartupReader();

    static Stream<StartupPacket> packets() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("user", "bob");
        parameters.put("database", "shop");
        parameters.put("options", "-c x=y ".repeat(100));
        return Stream.of(
                new StartupMessage(ProtocolVersion.V3_0, parameters),
                new StartupMessage(ProtocolVersion.V3_2, Map.of()),
                new StartupMessage(new ProtocolVersion(3, 9999), Map.of("user", "b")),
                new SslRequest(),
                new GssEncRequest(),
                new CancelRequest(-5, new byte[] {1, 2, 3, 4}),
                new CancelRequest(7, new byte[256]));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void readsTheSameFromAnyCut(StartupPacket packet) {
        byte[] bytes = written(packet::encode);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(readCut(bytes, cut)).isEqualTo(packet);
        }
        assertThat(readCut(bytes, IntStream.range(1, bytes.length).toArray())).isEqualTo(packet);
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            int[] cuts =
                    random.ints(random.nextInt(9), 0, bytes.length).sorted().toArray();
            assertThat(readCut(bytes, cuts)).isEqualTo(packet);
        }
    }

    @Test
    void leavesWhatFollowsThePacket() {
        ByteBuf in = buffer("00000008 04d2162f 'Q' 0000");
        assertThat(reader.read(in)).isEqualTo(new SslRequest());
        assertThat(in.readableBytes()).isEqualTo(3);
    }

    @Test
    void leavesWhatFollowsAPacketThatCameInPieces() {
        assertThat(reader.read(buffer("00000008 04d2"))).isNull();
        assertThat(reader.isEmpty()).isFalse();
        ByteBuf in = buffer("162f 16 03 01");
        assertThat(reader.read(in)).isEqualTo(new SslRequest());
        assertThat(in.readableBytes()).isEqualTo(3);
        assertThat(reader.isEmpty()).isTrue();
    }

    @Test
    void readsThePacketAfterARefusedRequest() {
        assertThat(reader.read(buffer("00000008 04d21630"))).isEqualTo(new GssEncRequest());
        assertThat(reader.read(buffer("00000008 04d2162f"))).isEqualTo(new SslRequest());
        assertThat(startup("00000012 00030000 'user' 00 'bob' 00 00 00").user()).isEqualTo("bob");
    }

    @Test
    void theLastOfTwoValuesCounts() {
        StartupMessage message = startup("0000001f 00030000 'user' 00 'bob' 00 'user' 00 'eve' 00 'a' 00 'b' 00 00");
        assertThat(message.user()).isEqualTo("eve");
        assertThat(message.parameters()).containsOnly(Map.entry("user", "eve"), Map.entry("a", "b"));
    }

    @Test
    void aMissingUserIsLeftToTheCaller() {
        StartupMessage message = startup("00000009 00030000 00");
        assertThat(message.user()).isNull();
        assertThat(message.database()).isNull();
        assertThat(startup("0000000f 00030000 'user' 00 00 00").user()).isNull();
    }

    @Test
    void theDatabaseIsNamedLikeTheUserUnlessGiven() {
        assertThat(startup("00000012 00030000 'user' 00 'bob' 00 00 00").database())
                .isEqualTo("bob");
        assertThat(new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "bob", "database", "")).database())
                .isEqualTo("bob");
        assertThat(new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "bob", "database", "shop")).database())
                .isEqualTo("shop");
    }

    @Test
    void bytesThatAreNoUtf8AreReplaced() {
        StartupMessage message = startup("00000011 00030000 'user' 00 'b' ff 00 00");
        assertThat(message.user()).isEqualTo("b\ufffd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"00000000", "00000003", "00000004", "00000007", "7fffffff", "ffffffff", "80000000", "00002715"})
    void refusesLengthsThatNoStartupPacketHas(String length) {
        String text = Integer.toUnsignedString(Integer.parseUnsignedInt(length, 16));
        refused(length + "00030000 00", SqlState.PROTOCOL_VIOLATION, "startup packet: " + text + " bytes");
        refused(length, SqlState.PROTOCOL_VIOLATION, "8 to 10004");
    }

    @Test
    void acceptsTheLongestPacket() {
        byte[] bytes = written(new StartupMessage(ProtocolVersion.V3_0, Map.of("a", "v".repeat(9992)))::encode);
        assertThat(bytes).hasSize(10_004);
        assertThat(readCut(bytes, 100, 5000)).isInstanceOf(StartupMessage.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000c 00030000 'user'",
                "0000000d 00030000 'user' 00",
                "00000010 00030000 'user' 00 'bob'",
                "00000011 00030000 'user' 00 'bob' 00",
                "0000000a 00030000 00 00",
                "00000008 00030000",
                "00000009 04d2162f 00",
                "00000009 04d21630 00",
                "0000000c 04d2162e 00000001",
                "0000000f 04d2162e 00000001 010203"
            })
    void refusesWhatIsMissingOrTooMuch(String packet) {
        refused(packet, SqlState.PROTOCOL_VIOLATION, "malformed");
    }

    @Test
    void refusesACancelKeyThatIsTooLong() {
        byte[] bytes = written(new CancelRequest(1, new byte[257])::encode);
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> reader.read(Unpooled.wrappedBuffer(bytes)))
                .withMessageContaining("257 bytes");
    }

    @ParameterizedTest
    @CsvSource({"00020000,2.0", "00040000,4.0", "04d21631,1234.5681", "ffffffff,65535.65535"})
    void refusesOtherProtocols(String code, String version) {
        refused("00000128" + code, SqlState.FEATURE_NOT_SUPPORTED, "unsupported frontend protocol " + version);
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, an HTTP request",
        "POST /x HTTP/1.1, an HTTP request",
        "PRI * HTTP/2.0, an HTTP request",
        "PROXY TCP4 1.2.3.4, a PROXY protocol header",
        "SSH-2.0-x, an SSH client"
    })
    void tellsForeignTextProtocols(String opening, String told) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> reader.read(Unpooled.copiedBuffer(opening, StandardCharsets.US_ASCII)))
                .withMessageContaining(told);
    }

    @Test
    void tellsForeignBinaryProtocols() {
        refused("16030100f8010000f40303", SqlState.PROTOCOL_VIOLATION, "direct TLS");
        refused("0d0a0d0a000d0a515549540a", SqlState.PROTOCOL_VIOLATION, "PROXY protocol");
    }

    @Test
    void staysFailed() {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> reader.read(buffer("00000000")));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> reader.read(buffer("00000008 04d2162f")))
                .withMessageContaining("invalid length");
    }

    @Test
    void noiseIsReadOrRefused() {
        Random random = new Random(11);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(80)];
            random.nextBytes(noise);
            if (noise.length >= 8 && random.nextInt(4) > 0) {
                byte[] opening = bytes(random.nextBoolean() ? "000000ff 00030000" : "000000ff 04d2162e");
                System.arraycopy(opening, 0, noise, 0, opening.length);
                noise[3] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : noise.length);
            }
            try {
                readCut(
                        noise,
                        random.ints(random.nextInt(4), 0, noise.length + 1)
                                .sorted()
                                .toArray());
            } catch (ProtocolException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private StartupMessage startup(String packet) {
        StartupPacket read = reader.read(buffer(packet));
        assertThat(read).isInstanceOf(StartupMessage.class);
        return (StartupMessage) Objects.requireNonNull(read);
    }

    private static void refused(String packet, SqlState state, String text) {
        byte[] bytes = bytes(packet);
        for (int cut = 0; cut < bytes.length; cut++) {
            int at = cut;
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> readCut(bytes, at))
                    .withMessageContaining(text)
                    .satisfies(e -> assertThat(e.sqlState()).isEqualTo(state));
        }
    }

    private static @Nullable StartupPacket readCut(byte[] bytes, int... cuts) {
        StartupReader fresh = new StartupReader();
        int first = 0;
        for (int cut : cuts) {
            StartupPacket early = fresh.read(Unpooled.wrappedBuffer(bytes, first, cut - first));
            if (early != null) {
                return early;
            }
            first = cut;
        }
        return fresh.read(Unpooled.wrappedBuffer(bytes, first, bytes.length - first));
    }
}
