package dev.pgweir.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One read buffer through the scanner, with what the pooler wants to see of each direction. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameScannerBenchmark {
    /** What a buffer holds. */
    public enum Stream {
        /** The answer to a query for one row. */
        ONE_ROW,
        /** 64 KiB of rows of 100 bytes, the last one cut. */
        ROWS,
        /** Parse, Bind, Describe, Execute, Sync, of which each is to be seen whole. */
        EXTENDED
    }

    private static final int READ_BUFFER = 64 * 1024;
    private static final int MAX_WHOLE = 1024 * 1024;

    @Param
    public Stream stream;

    private ByteBuf buffer;
    private FrameScanner scanner;

    @Setup
    public void fill() {
        Interest answers = Interest.builder()
                .none(types("DdTCc123InstNAHV"))
                .header((byte) 'G')
                .whole(types("ZSE"))
                .build();
        Interest requests =
                Interest.builder().header(types("SHXdcfF")).whole(types("QPBDEC")).build();
        buffer = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BUFFER);
        switch (stream) {
            case ONE_ROW -> {
                message('T', 33);
                message('D', 13);
                message('C', 9);
                message('Z', 1);
            }
            case ROWS -> {
                while (buffer.readableBytes() < READ_BUFFER) {
                    message('D', 95);
                }
                buffer.writerIndex(READ_BUFFER);
            }
            case EXTENDED -> {
                message('P', 60);
                message('B', 20);
                message('D', 2);
                message('E', 5);
                message('S', 0);
            }
        }
        Interest interest = stream == Stream.EXTENDED ? requests : answers;
        scanner = new FrameScanner(interest, Integer.MAX_VALUE, MAX_WHOLE, PooledByteBufAllocator.DEFAULT);
    }

    @TearDown
    public void release() {
        scanner.release();
        buffer.release();
    }

    /** The number of bytes and events, so that nothing of it can be left out. */
    @Benchmark
    public int scan() {
        buffer.readerIndex(0);
        // The row that was cut at the end of the buffer goes on at its beginning: a body, whose bytes do not matter.
        int seen = 0;
        while (scanner.next(buffer) != FrameScanner.END) {
            seen += scanner.to() - scanner.from() + 1;
        }
        if (!scanner.atBoundary()) {
            buffer.readerIndex(0).writerIndex(scanner.bodyRemaining());
            while (scanner.next(buffer) != FrameScanner.END) {
                seen++;
            }
            buffer.writerIndex(READ_BUFFER);
        }
        return seen;
    }

    private void message(char type, int body) {
        buffer.writeByte(type).writeInt(body + Integer.BYTES).writeZero(body);
    }

    private static byte[] types(String letters) {
        return letters.getBytes(StandardCharsets.US_ASCII);
    }
}
