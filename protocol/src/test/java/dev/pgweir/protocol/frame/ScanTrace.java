package dev.pgweir.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a scanner over the pieces of a stream, checks at every step what must hold of any stream, and keeps what a caller
 * would have seen.
 */
final class ScanTrace {
    private static final int MAX_WHOLE = 300;
    private static final int MAX_MESSAGE = 1_000_000;

    private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
    private final FrameScanner scanner;
    private final int maxWhole;
    private final ByteBuf seen = Unpooled.buffer();
    private final List<String> events = new ArrayList<>();
    private int bodyToCome;
    private @Nullable ProtocolException failure;

    ScanTrace(Interest interest) {
        this(interest, MAX_MESSAGE, MAX_WHOLE);
    }

    ScanTrace(Interest interest, int maxMessage, int maxWhole) {
        this.maxWhole = maxWhole;
        scanner = new FrameScanner(interest, maxMessage, maxWhole, alloc);
    }

    /**
     * Whether the stream is cut or not: the same events, the same bytes in order, the same failure, and no memory left.
     *
     * @param cuts before which indices it is cut
     */
    static void sameFromAnyCut(Interest interest, int maxMessage, int maxWhole, byte[] stream, int... cuts) {
        ScanTrace uncut = new ScanTrace(interest, maxMessage, maxWhole).run(stream);
        ScanTrace cut = new ScanTrace(interest, maxMessage, maxWhole).run(stream, cuts);

        assertThat(cut.events()).as("cut at %s", Arrays.toString(cuts)).isEqualTo(uncut.events());
        assertThat(cut.seen()).isEqualTo(uncut.seen());
        assertThat(cut.failureText()).isEqualTo(uncut.failureText());
        assertThat(uncut.seen()).isEqualTo(Arrays.copyOf(stream, uncut.seen().length));
        uncut.close();
        cut.close();
    }

    private String failureText() {
        return failure == null ? "" : String.valueOf(failure.getMessage());
    }

    /** The bytes of all events, in order. */
    byte[] seen() {
        return ByteBufUtil.getBytes(seen);
    }

    /** HEADER and MESSAGE events with their contents; OPAQUE ones depend on the cuts. */
    List<String> events() {
        return events;
    }

    @Nullable
    ProtocolException failure() {
        return failure;
    }

    FrameScanner scanner() {
        return scanner;
    }

    long memory() {
        return alloc.metric().usedHeapMemory();
    }

    /** Feeds one piece. It does not begin at index 0 of its buffer, as a read buffer need not. */
    void feed(byte[] stream, int first, int last) {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(new byte[] {1, 2, 3});
        in.writeBytes(stream, first, last - first);
        in.skipBytes(3);
        try {
            int event;
            do {
                event = scanner.next(in);
                check(event, in);
            } while (event != FrameScanner.END);
            assertThat(in.isReadable()).isFalse();
        } catch (ProtocolException e) {
            failure = e;
        }
        assertThat(memory()).isLessThanOrEqualTo(maxWhole);
    }

    /** Feeds a stream cut before each of these indices, and ends. */
    ScanTrace run(byte[] stream, int... cuts) {
        int first = 0;
        for (int cut : cuts) {
            if (failure == null) {
                feed(stream, first, cut);
            }
            first = cut;
        }
        if (failure == null) {
            feed(stream, first, stream.length);
        }
        return this;
    }

    /** Releases the scanner; nothing may be left. */
    void close() {
        scanner.release();
        assertThat(memory()).isZero();
    }

    @SuppressWarnings("ReferenceEquality") // whether it is the very same buffer
    private void check(int event, ByteBuf in) {
        if (event == FrameScanner.END) {
            return;
        }
        int length = scanner.to() - scanner.from();
        assertThat(length).isPositive();
        seen.writeBytes(scanner.buffer(), scanner.from(), length);
        if (scanner.buffer() == in) {
            assertThat(in.readerIndex()).isEqualTo(scanner.to());
        }
        if (event == FrameScanner.OPAQUE) {
            if (bodyToCome > 0) {
                assertThat(length).isLessThanOrEqualTo(bodyToCome);
                bodyToCome -= length;
                assertThat(scanner.bodyRemaining()).isEqualTo(bodyToCome);
            }
            return;
        }
        assertThat(bodyToCome).isZero();
        assertThat(scanner.buffer().getByte(scanner.from())).isEqualTo(scanner.type());
        assertThat(scanner.buffer().getInt(scanner.from() + 1)).isEqualTo(scanner.bodyLength() + 4);
        if (event == FrameScanner.HEADER) {
            assertThat(length).isEqualTo(FrameScanner.HEADER_LENGTH);
            bodyToCome = scanner.bodyLength();
            events.add("HEADER " + (char) scanner.type() + " " + bodyToCome);
        } else {
            assertThat(length).isEqualTo(FrameScanner.HEADER_LENGTH + scanner.bodyLength());
            assertThat(scanner.atBoundary()).isTrue();
            events.add("MESSAGE " + (char) scanner.type() + " " + ByteBufUtil.hexDump(scanner.body()));
        }
        assertThat(scanner.bodyRemaining()).isEqualTo(bodyToCome);
    }
}
