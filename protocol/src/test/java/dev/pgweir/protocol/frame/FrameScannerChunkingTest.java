package dev.pgweir.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** However a stream is cut into reads, the same events come and every byte comes once. */
class FrameScannerChunkingTest {
    private static final byte[] NO_TYPES = {};
    private static final long SEED = 20240607;

    static Stream<Arguments> streams() {
        byte[] server = SampleStreams.ofServer();
        byte[] client = SampleStreams.ofClient();
        return Stream.of(
                Arguments.of("server", server, SampleStreams.OF_SERVER),
                Arguments.of("server, nothing of interest", server, server(NO_TYPES, NO_TYPES)),
                Arguments.of("server, every header", server, server(BackendMessageType.all(), NO_TYPES)),
                Arguments.of("server, every message", server, server(NO_TYPES, BackendMessageType.all())),
                Arguments.of("client", client, SampleStreams.OF_CLIENT),
                Arguments.of("client, nothing of interest", client, client(NO_TYPES, NO_TYPES)),
                Arguments.of("client, every header", client, client(FrontendMessageType.all(), NO_TYPES)),
                Arguments.of("client, every message", client, client(NO_TYPES, FrontendMessageType.all())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void cutAtEveryByte(String name, byte[] stream, Interest interest) {
        List<String> expected = eventsOfUncut(stream, interest);
        for (int cut = 0; cut <= stream.length; cut++) {
            sameEvents(stream, interest, expected, cut);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void cutIntoSingleBytes(String name, byte[] stream, Interest interest) {
        int[] everywhere = IntStream.range(1, stream.length).toArray();
        sameEvents(stream, interest, eventsOfUncut(stream, interest), everywhere);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void cutAtRandom(String name, byte[] stream, Interest interest) {
        List<String> expected = eventsOfUncut(stream, interest);
        Random random = new Random(SEED);
        for (int round = 0; round < 500; round++) {
            int pieces = 1 + random.nextInt(1 + random.nextInt(60));
            int[] cuts = random.ints(pieces, 0, stream.length).sorted().toArray();
            sameEvents(stream, interest, expected, cuts);
        }
    }

    @Test
    void samplesHoldEveryType() {
        assertThat(typesIn(SampleStreams.ofServer())).isEqualTo(setOf(BackendMessageType.all()));
        assertThat(typesIn(SampleStreams.ofClient())).isEqualTo(setOf(FrontendMessageType.all()));
    }

    @Test
    void anUncutStreamIsNeitherCopiedNorDoesItNeedMemory() {
        byte[] stream = SampleStreams.ofServer();
        ScanTrace trace = new ScanTrace(SampleStreams.OF_SERVER).run(stream);
        assertThat(trace.memory()).isZero();
        assertThat(trace.seen()).isEqualTo(stream);
    }

    private static List<String> eventsOfUncut(byte[] stream, Interest interest) {
        ScanTrace trace = new ScanTrace(interest).run(stream);
        assertThat(trace.failure()).isNull();
        return trace.events();
    }

    private static void sameEvents(byte[] stream, Interest interest, List<String> expected, int... cuts) {
        ScanTrace trace = new ScanTrace(interest).run(stream, cuts);
        assertThat(trace.failure()).isNull();
        assertThat(trace.seen()).as("cut at %s", Arrays.toString(cuts)).isEqualTo(stream);
        assertThat(trace.events()).as("cut at %s", Arrays.toString(cuts)).isEqualTo(expected);
        assertThat(trace.scanner().atBoundary()).isTrue();
        trace.close();
    }

    private static Interest server(byte[] header, byte[] whole) {
        return Interest.builder()
                .none(BackendMessageType.all())
                .header(header)
                .whole(whole)
                .build();
    }

    private static Interest client(byte[] header, byte[] whole) {
        return Interest.builder()
                .none(FrontendMessageType.all())
                .header(header)
                .whole(whole)
                .build();
    }

    /** Walks the stream on its own, without the scanner. */
    private static Set<Byte> typesIn(byte[] stream) {
        Set<Byte> types = new HashSet<>();
        for (int at = 0; at < stream.length; ) {
            types.add(stream[at]);
            at += 1 + ByteBuffer.wrap(stream).getInt(at + 1);
        }
        return types;
    }

    private static Set<Byte> setOf(byte[] types) {
        Set<Byte> set = new HashSet<>();
        for (byte type : types) {
            set.add(type);
        }
        return set;
    }
}
