package dev.pgweir.protocol.frame;

import static dev.pgweir.protocol.TestBytes.buffer;
import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.frame.FrameScanner.END;
import static dev.pgweir.protocol.frame.FrameScanner.HEADER;
import static dev.pgweir.protocol.frame.FrameScanner.MESSAGE;
import static dev.pgweir.protocol.frame.FrameScanner.OPAQUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameScannerTest {
    private static final Interest INTEREST = Interest.builder()
            .none((byte) 'D', (byte) 'C')
            .header((byte) 'G')
            .whole((byte) 'Z', (byte) 'E')
            .build();
    private static final int MAX_MESSAGE = 1000;
    private static final int MAX_WHOLE = 20;

    private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
    private final FrameScanner scanner = new FrameScanner(INTEREST, MAX_MESSAGE, MAX_WHOLE, alloc);

    @AfterEach
    void nothingLeaks() {
        scanner.release();
        assertThat(alloc.metric().usedHeapMemory()).isZero();
    }

    @Test
    void hopsOverManyMessagesInOneEvent() {
        ByteBuf in = buffer("'D' 00000005 aa 'C' 00000004 'D' 00000006 bbcc");
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.from()).isZero();
        assertThat(scanner.to()).isEqualTo(18);
        assertThat(scanner.buffer()).isSameAs(in);
        assertThat(scanner.next(in)).isEqualTo(END);
        assertThat(scanner.atBoundary()).isTrue();
    }

    @Test
    void runsFromTheRestOfOneMessageIntoTheNext() {
        assertThat(scanner.next(buffer("'D' 00000008 aa"))).isEqualTo(OPAQUE);
        assertThat(scanner.atBoundary()).isFalse();
        assertThat(scanner.bodyRemaining()).isEqualTo(3);
        ByteBuf in = buffer("bbccdd 'C' 00000004 'Z' 00000005 'I'");
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.to()).isEqualTo(8);
        assertThat(scanner.next(in)).isEqualTo(MESSAGE);
        assertThat(scanner.type()).isEqualTo((byte) 'Z');
        assertThat(scanner.bodyLength()).isEqualTo(1);
        assertThat(scanner.body()).isEqualTo(buffer("'I'"));
    }

    @Test
    void endsTheBodyOfAHeaderBeforeTheNextMessage() {
        ByteBuf in = buffer("'G' 00000007 010203 'D' 00000004");
        assertThat(scanner.next(in)).isEqualTo(HEADER);
        assertThat(scanner.bodyLength()).isEqualTo(3);
        assertThat(scanner.bodyRemaining()).isEqualTo(3);
        assertThat(scanner.atBoundary()).isFalse();
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.to() - scanner.from()).isEqualTo(3);
        assertThat(scanner.atBoundary()).isTrue();
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.to() - scanner.from()).isEqualTo(5);
    }

    @Test
    void passesOnTheSplitHeaderOfAMessageOfNoInterest() {
        assertThat(scanner.next(buffer("'D' 0000"))).isEqualTo(END);
        assertThat(scanner.atBoundary()).isFalse();
        assertThat(scanner.bodyRemaining()).isZero();
        ByteBuf in = buffer("0007 aabbcc");
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.buffer()).isNotSameAs(in);
        assertThat(bytesOfEvent()).isEqualTo(bytes("'D' 00000007"));
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(bytesOfEvent()).isEqualTo(bytes("aabbcc"));
        assertThat(alloc.metric().usedHeapMemory()).isZero();
    }

    @Test
    void collectsASplitMessageThatMustBeSeenWhole() {
        ByteBuf first = buffer("'E' 0000000a 0102");
        assertThat(scanner.next(first)).isEqualTo(END);
        assertThat(first.isReadable()).isFalse();
        assertThat(scanner.bodyRemaining()).isEqualTo(4);
        ByteBuf second = buffer("03040506 'D'");
        assertThat(scanner.next(second)).isEqualTo(MESSAGE);
        assertThat(bytesOfEvent()).isEqualTo(bytes("'E' 0000000a 010203040506"));
        assertThat(scanner.atBoundary()).isTrue();
        assertThat(second.readableBytes()).isEqualTo(1);
    }

    @Test
    void aRetainedMessageSurvivesTheNextOne() {
        scanner.next(buffer("'Z' 000000"));
        ByteBuf second = buffer("05 'I' 'Z' 0000");
        assertThat(scanner.next(second)).isEqualTo(MESSAGE);
        ByteBuf kept = scanner.buffer().retain();
        assertThat(scanner.next(second)).isEqualTo(END);
        assertThat(scanner.next(buffer("0005 'T'"))).isEqualTo(MESSAGE);
        assertThat(kept).isEqualTo(buffer("'Z' 00000005 'I'"));
        kept.release();
    }

    @Test
    void aMessageTooLongToCollectComesAsHeaderAndBody() {
        ByteBuf in = buffer("'E' 00000014 000102030405060708090a0b0c0d0e0f 'Z' 00000005 'I'");
        assertThat(scanner.next(in)).isEqualTo(HEADER);
        assertThat(scanner.type()).isEqualTo((byte) 'E');
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.to() - scanner.from()).isEqualTo(16);
        assertThat(scanner.next(in)).isEqualTo(MESSAGE);
    }

    @Test
    void theLongestMessageThatMayBeCollectedIsCollected() {
        assertThat(scanner.next(buffer("'E' 00000013 0001020304"))).isEqualTo(END);
        assertThat(scanner.next(buffer("05060708090a0b0c0d0e"))).isEqualTo(MESSAGE);
        assertThat(scanner.to() - scanner.from()).isEqualTo(MAX_WHOLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000", "00000003", "ffffffff", "80000000", "7fffffff", "000003e9"})
    void refusesALengthWithTheLimitAndItsSetting(String length) {
        for (String type : List.of("D", "G", "Z")) {
            for (int cut = 1; cut < 6; cut++) {
                byte[] stream = bytes("'" + type + "'" + length + "aaaa");
                ScanTrace trace = new ScanTrace(INTEREST, MAX_MESSAGE, MAX_WHOLE).run(stream, cut);
                assertThat(trace.failure())
                        .hasMessageContaining(Integer.toUnsignedString(Integer.parseUnsignedInt(length, 16)) + " ")
                        .hasMessageContaining("'" + type + "'")
                        .hasMessageContaining("1000")
                        .hasMessageContaining("max_packet_size");
                trace.close();
            }
        }
    }

    @Test
    void acceptsTheGreatestLengthThereIs() {
        FrameScanner generous = new FrameScanner(INTEREST, Integer.MAX_VALUE, Integer.MAX_VALUE, alloc);
        assertThat(generous.next(buffer("'D' 7fffffff aa"))).isEqualTo(OPAQUE);
        assertThat(generous.bodyRemaining()).isEqualTo(Integer.MAX_VALUE - 5);
        FrameScanner header = new FrameScanner(INTEREST, Integer.MAX_VALUE, MAX_WHOLE, alloc);
        assertThat(header.next(buffer("'E' 7fffffff aa"))).isEqualTo(HEADER);
        assertThat(header.bodyRemaining()).isEqualTo(Integer.MAX_VALUE - 4);
    }

    @Test
    void anAnnouncedLengthAloneTakesNoMemory() {
        FrameScanner generous = new FrameScanner(INTEREST, Integer.MAX_VALUE, 1 << 30, alloc);
        assertThat(generous.next(buffer("'E' 20000000 aa"))).isEqualTo(END);
        assertThat(alloc.metric().usedHeapMemory()).isLessThanOrEqualTo(256);
        generous.release();
    }

    @ParameterizedTest
    @CsvSource({"'X',0x58 ('X')", "16,0x16"})
    void refusesATypeThatMustNotCome(String type, String named) {
        ByteBuf in = buffer((type.equals("X") ? "'X'" : type) + "00000004");
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> scanner.next(in))
                .withMessage("unexpected message type " + named)
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
    }

    @Test
    void refusesATypeBeforeItsLengthHasCome() {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> scanner.next(buffer("'X'")));
    }

    @Test
    void reportsWhatCameBeforeABadMessage() {
        ByteBuf in = buffer("'C' 00000004 'D' 00000000");
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(bytesOfEvent()).isEqualTo(bytes("'C' 00000004"));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> scanner.next(in));
    }

    @Test
    void staysFailed() {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> scanner.next(buffer("'D' 00000000")));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> scanner.next(buffer("'D' 00000004")));
    }

    @Test
    void anEmptyBufferChangesNothing() {
        assertThat(scanner.next(buffer(""))).isEqualTo(END);
        scanner.next(buffer("'G' 00000006"));
        assertThat(scanner.next(buffer(""))).isEqualTo(END);
        assertThat(scanner.bodyRemaining()).isEqualTo(2);
    }

    @Test
    void anotherInterestHoldsFromTheNextHeaderOn() {
        ByteBuf in = buffer("'D' 00000004 'Z' 00000005 'I' 'D' 00000004");
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        scanner.interest(
                INTEREST.toBuilder().none((byte) 'Z').header((byte) 'D').build());
        assertThat(scanner.next(in)).isEqualTo(OPAQUE);
        assertThat(scanner.next(in)).isEqualTo(HEADER);
    }

    @Test
    void releasingTwiceIsHarmlessAndEndsItsUse() {
        scanner.next(buffer("'Z' 00"));
        scanner.release();
        scanner.release();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> scanner.next(buffer("00")));
    }

    @Test
    void refusesLimitsThatNoMessageFits() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new FrameScanner(INTEREST, 3, MAX_WHOLE, alloc));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new FrameScanner(INTEREST, MAX_MESSAGE, 4, alloc));
    }

    @Test
    void anInterestTellsItsLevels() {
        assertThat(INTEREST.level((byte) 'D')).isEqualTo(Interest.Level.NONE);
        assertThat(INTEREST.level((byte) 'G')).isEqualTo(Interest.Level.HEADER);
        assertThat(INTEREST.level((byte) 'Z')).isEqualTo(Interest.Level.WHOLE);
        assertThat(INTEREST.level((byte) 0xff)).isEqualTo(Interest.Level.REJECT);
        assertThat(INTEREST.toBuilder().reject((byte) 'Z').build().level((byte) 'Z'))
                .isEqualTo(Interest.Level.REJECT);
    }

    private byte[] bytesOfEvent() {
        return ByteBufUtil.getBytes(scanner.buffer(), scanner.from(), scanner.to() - scanner.from());
    }
}
