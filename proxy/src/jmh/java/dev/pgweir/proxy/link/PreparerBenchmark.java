package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.bytes;

import dev.pgweir.proxy.prepare.StatementTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A group of messages through the rewriter, and its answer through the link that settles it. The channels are embedded
 * ones, whose own price is that of {@link #query}, nothing of which is rewritten.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PreparerBenchmark {
    private static final byte[] QUERY = message('Q', "SELECT 1\0");
    private static final byte[] PARSE_NAMED = message('P', "s1\0SELECT abalance FROM accounts WHERE aid = $1\0\0\0");
    private static final byte[] PARSE_UNNAMED = message('P', "\0SELECT abalance FROM accounts WHERE aid = $1\0\0\0");
    private static final byte[] BIND_NAMED = message('B', "\0s1\0\0\0\0\1\0\0\0\0044711\0\0");
    private static final byte[] BIND_UNNAMED = message('B', "\0\0\0\0\0\1\0\0\0\0044711\0\0");
    private static final byte[] EXECUTE = message('E', "\0\0\0\0\0");
    private static final byte[] SYNC = message('S', "");
    private static final byte[] PARSED = message('1', "");
    private static final byte[] BOUND = message('2', "");
    private static final byte[] CLOSED = message('3', "");
    private static final byte[] ROW = bytes(ServerBytes.ROW, ServerBytes.DONE);
    private static final byte[] RESULT = bytes(ServerBytes.COLUMNS, ROW, ServerBytes.READY);

    private final LinkWorld world = new LinkWorld(false, false, true);
    private Preparer preparer;

    @Setup
    public void begin() {
        preparer = world.link.follow(new StatementTable(), 200);
        world.bind();
        transaction(PARSE_NAMED, SYNC);
        if (!world.link.isBound() || !world.link.isIdle()) {
            throw new IllegalStateException("not linked: " + world.told);
        }
    }

    @TearDown
    public void end() {
        preparer.release();
    }

    @Benchmark
    public int query() {
        return transaction(QUERY);
    }

    @Benchmark
    public int unnamedStatement() {
        return transaction(PARSE_UNNAMED, BIND_UNNAMED, EXECUTE, SYNC);
    }

    @Benchmark
    public int namedStatement() {
        return transaction(BIND_NAMED, EXECUTE, SYNC);
    }

    private int transaction(byte[]... messages) {
        asks(messages);
        world.answers(answers(world.server().heard()));
        world.told.clear();
        return world.got().length;
    }

    /** PostgreSQL's answers to what reached it, PgWeir's own messages among it. */
    private static byte[] answers(byte[] requests) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer bytes = ByteBuffer.wrap(requests);
        for (int at = 0; at < requests.length; at += 1 + bytes.getInt(at + 1)) {
            out.writeBytes(
                    switch (requests[at]) {
                        case 'P' -> PARSED;
                        case 'B' -> BOUND;
                        case 'C' -> CLOSED;
                        case 'E' -> ROW;
                        case 'Q' -> RESULT;
                        default -> ServerBytes.READY;
                    });
        }
        return out.toByteArray();
    }

    /** What the client's phase does with each message. */
    private void asks(byte[]... messages) {
        for (byte[] message : messages) {
            ByteBuf buffer = Unpooled.wrappedBuffer(message);
            if (message[0] == 'S') {
                world.link.sent(message[0]);
                world.link.write(buffer);
                continue;
            }
            if (preparer.onMessage(message[0], buffer, 0, message.length, true) != Preparer.Outcome.SEND) {
                throw new IllegalStateException("has to wait");
            }
            ByteBuf before = preparer.takeBefore();
            if (before != null) {
                world.link.write(before);
            }
            int from = preparer.keepFrom();
            if (from < message.length) {
                world.link.write(buffer.slice(from, message.length - from));
            }
        }
        world.link.flush();
    }

    private static byte[] message(char type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(type);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .putInt(bytes.length + Integer.BYTES)
                .array());
        out.writeBytes(bytes);
        return out.toByteArray();
    }
}
