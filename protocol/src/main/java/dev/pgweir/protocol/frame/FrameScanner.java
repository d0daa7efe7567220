package dev.pgweir.protocol.frame;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.WireByte;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Finds the messages in successive read buffers: a pull parser for one direction of one connection, confined to one
 * thread.
 *
 * <p>A caller runs {@link #next} on a buffer until it answers {@link #END}. The events cover every byte exactly once and
 * in order, whatever the cuts between buffers; only the last event of a buffer may be followed by bytes that are kept
 * for the next one. Allocates and copies nothing, except where a header, or a message that must be seen whole, is split
 * over buffers.
 *
 * <p>A message of {@link Interest.Level#WHOLE} interest that is longer than {@code maxWholeLength} is reported as
 * {@link #HEADER} and {@link #OPAQUE} body instead: collecting it would take as much memory as the peer likes to
 * announce. Memory held is never above {@code maxWholeLength}, and follows the bytes that came, not those announced.
 */
public final class FrameScanner {
    /** The buffer is exhausted, there is nothing (more) to report for now. */
    public static final int END = 0;
    /** Bytes {@code from()…to()} of {@code buffer()} are messages, or parts of such, that nobody needs to look at. */
    public static final int OPAQUE = 1;
    /** Bytes {@code from()…to()} are a header; the body follows as OPAQUE events that cover no other message. */
    public static final int HEADER = 2;
    /** Bytes {@code from()…to()} are one whole message, header included. */
    public static final int MESSAGE = 3;

    /** The type byte and the four bytes of the length, which count themselves but not the type. */
    public static final int HEADER_LENGTH = 5;

    private static final int LENGTH_FIELD = 4;

    // Most messages that must be seen whole are below it (ReadyForQuery, ParameterStatus, errors); longer ones grow.
    private static final int FIRST_CAPACITY = 256;

    private final int maxLength;
    private int maxWholeBody;
    private final ByteBufAllocator alloc;
    private byte[] levels;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private int from;
    private int to;
    private byte type;
    private int bodyLength;

    /** Bytes to pass on before the next header; never those of a message that is being collected. */
    private int bodyRemaining;
    /** The body being passed on belongs to a HEADER event, so no event may reach over its end. */
    private boolean bodyOfHeader;

    /** A split header, or a split message from its header on. Released when the event made of it is over. */
    private @Nullable ByteBuf held;
    /** How many bytes {@link #held} is to have; above {@link #HEADER_LENGTH} once the header is known. */
    private int heldTarget;

    private boolean heldReported;
    private boolean released;
    private @Nullable ProtocolException failure;

    /**
     * @param maxMessageLength greatest value of a length field that is accepted, at least 4 (setting
     *     {@code max_packet_size})
     * @param maxWholeLength greatest length in bytes, header included, of a message that is reported whole, at least 5
     * @param alloc for the split headers and messages
     */
    public FrameScanner(Interest interest, int maxMessageLength, int maxWholeLength, ByteBufAllocator alloc) {
        if (maxMessageLength < LENGTH_FIELD || maxWholeLength < HEADER_LENGTH) {
            throw new IllegalArgumentException("limits too small: " + maxMessageLength + ", " + maxWholeLength);
        }
        this.levels = interest.table();
        this.maxLength = maxMessageLength;
        this.maxWholeBody = maxWholeLength - HEADER_LENGTH;
        this.alloc = alloc;
    }

    /**
     * One step. Advances {@code in} over what it consumed: what the event covers, or what is kept for later.
     *
     * @return {@link #END}, {@link #OPAQUE}, {@link #HEADER} or {@link #MESSAGE}
     * @throws ProtocolException for a length that is not accepted or a type that is rejected; every later call throws it
     *     again, since where the next message begins is unknown
     */
    public int next(ByteBuf in) {
        if (failure != null || released) {
            throw notUsable();
        }
        if (held != null) {
            if (!heldReported) {
                return collect(held, in);
            }
            dropHeld();
        }
        int index = in.readerIndex();
        int end = in.writerIndex();
        if (bodyRemaining > 0) {
            int step = Math.min(bodyRemaining, end - index);
            bodyRemaining -= step;
            if (bodyRemaining > 0 || bodyOfHeader) {
                return step > 0 ? passOn(in, index, index + step) : end();
            }
            return hop(in, index, index + step, end);
        }
        return hop(in, index, index, end);
    }

    /** Where the bytes of the event are: the buffer given, or one of the scanner's own. Valid until the next call. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** Whether {@link #buffer} is one of the scanner's own, because the event's bytes were split over buffers. */
    public boolean isSplit() {
        return held != null && heldReported;
    }

    /** Index in {@link #buffer} of the first byte of the event. */
    public int from() {
        return from;
    }

    /** Index in {@link #buffer} behind the last byte of the event. */
    public int to() {
        return to;
    }

    /** Type of the last HEADER or MESSAGE. */
    public byte type() {
        return type;
    }

    /** Length in bytes of the body of the last HEADER or MESSAGE. */
    public int bodyLength() {
        return bodyLength;
    }

    /** The body of the last MESSAGE: a view of {@link #buffer}, not retained. */
    public ByteBuf body() {
        return buffer.slice(from + HEADER_LENGTH, bodyLength);
    }

    /** Whether the stream stands between messages: no message passed on in part, and nothing held. */
    public boolean atBoundary() {
        return bodyRemaining == 0 && (held == null || heldReported);
    }

    /** How many bytes of the current message's body are still to come; 0 while its header is not complete. */
    public int bodyRemaining() {
        if (held != null && !heldReported) {
            return heldTarget > HEADER_LENGTH ? heldTarget - held.readableBytes() : 0;
        }
        return bodyRemaining;
    }

    /** Whether a header, or a message that must be seen whole, is kept until the rest of it has come. */
    public boolean isCollecting() {
        return held != null && !heldReported;
    }

    /** From the next header on. A header that is split counts as next until it is complete. */
    public void interest(Interest interest) {
        levels = interest.table();
    }

    /**
     * From the next header on.
     *
     * @param maxWholeLength greatest length in bytes, header included, of a message that is reported whole, at least 5
     */
    public void maxWholeLength(int maxWholeLength) {
        if (maxWholeLength < HEADER_LENGTH) {
            throw new IllegalArgumentException("limit too small: " + maxWholeLength);
        }
        maxWholeBody = maxWholeLength - HEADER_LENGTH;
    }

    /** Gives back what is held. The scanner cannot be used afterwards; calling it again does nothing. */
    public void release() {
        released = true;
        dropHeld();
        end();
    }

    /**
     * Hops over messages of no interest. All that was hopped over, and the bytes from {@code first} on, is one event;
     * where there is none, the message that stopped the hops is looked at.
     */
    private int hop(ByteBuf in, int first, int start, int end) {
        byte[] table = levels;
        int max = maxLength;
        int index = start;
        while (end - index >= HEADER_LENGTH) {
            if (table[in.getByte(index) & 0xff] != Interest.NONE) {
                break;
            }
            int length = in.getInt(index + 1);
            if (length < LENGTH_FIELD || length > max) {
                break;
            }
            // The length may be as great as an int goes, so it is compared before anything is added to it.
            int available = end - index - 1;
            if (length > available) {
                bodyRemaining = length - available;
                bodyOfHeader = false;
                index = end;
                break;
            }
            index += length + 1;
        }
        if (index > first) {
            return passOn(in, first, index);
        }
        return index < end ? inspect(in, index, end) : end();
    }

    /** The message at {@code index} is of interest, or it is split within its header, or it is not acceptable. */
    private int inspect(ByteBuf in, int index, int end) {
        byte messageType = in.getByte(index);
        byte level = acceptedLevel(messageType);
        int available = end - index;
        if (available < HEADER_LENGTH) {
            return hold(in, HEADER_LENGTH);
        }
        int body = acceptedBody(messageType, in.getInt(index + 1));
        type = messageType;
        bodyLength = body;
        if (level == Interest.WHOLE && body <= maxWholeBody) {
            if (body > available - HEADER_LENGTH) {
                return hold(in, HEADER_LENGTH + body);
            }
            return event(MESSAGE, in, index, index + HEADER_LENGTH + body);
        }
        bodyRemaining = body;
        bodyOfHeader = true;
        return event(HEADER, in, index, index + HEADER_LENGTH);
    }

    /** Keeps the rest of {@code in}, which is less than {@code target} bytes, until the others have come. */
    private int hold(ByteBuf in, int target) {
        held = alloc.buffer(Math.min(target, FIRST_CAPACITY), maxWholeBody + HEADER_LENGTH);
        heldTarget = target;
        heldReported = false;
        held.writeBytes(in);
        return end();
    }

    private int collect(ByteBuf into, ByteBuf in) {
        if (!fill(into, in)) {
            return end();
        }
        if (heldTarget == HEADER_LENGTH) {
            byte messageType = into.getByte(0);
            byte level = acceptedLevel(messageType);
            int body = acceptedBody(messageType, into.getInt(1));
            if (level == Interest.NONE) {
                bodyRemaining = body;
                bodyOfHeader = false;
                return heldEvent(OPAQUE, into);
            }
            type = messageType;
            bodyLength = body;
            if (level != Interest.WHOLE || body > maxWholeBody) {
                bodyRemaining = body;
                bodyOfHeader = true;
                return heldEvent(HEADER, into);
            }
            heldTarget = HEADER_LENGTH + body;
            if (!fill(into, in)) {
                return end();
            }
        }
        return heldEvent(MESSAGE, into);
    }

    /** Whether what is held is now complete. */
    private boolean fill(ByteBuf into, ByteBuf in) {
        int missing = heldTarget - into.readableBytes();
        int step = Math.min(missing, in.readableBytes());
        into.writeBytes(in, step);
        return step == missing;
    }

    private int heldEvent(int event, ByteBuf bytes) {
        heldReported = true;
        buffer = bytes;
        from = 0;
        to = bytes.writerIndex();
        return event;
    }

    private int passOn(ByteBuf in, int first, int last) {
        return event(OPAQUE, in, first, last);
    }

    private int event(int event, ByteBuf in, int first, int last) {
        buffer = in;
        from = first;
        to = last;
        in.readerIndex(last);
        return event;
    }

    /** Forgets the buffer, so that an idle connection does not keep one alive. */
    private int end() {
        buffer = Unpooled.EMPTY_BUFFER;
        from = 0;
        to = 0;
        return END;
    }

    private void dropHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private byte acceptedLevel(byte messageType) {
        byte level = levels[messageType & 0xff];
        if (level == Interest.REJECT) {
            throw fail("unexpected message type " + WireByte.describe(messageType));
        }
        return level;
    }

    private int acceptedBody(byte messageType, int length) {
        if (length < LENGTH_FIELD || length > maxLength) {
            throw fail("invalid length " + Integer.toUnsignedString(length) + " of message "
                    + WireByte.describe(messageType) + ": accepted are " + LENGTH_FIELD + " to " + maxLength
                    + " bytes (max_packet_size)");
        }
        return length - LENGTH_FIELD;
    }

    private ProtocolException fail(String text) {
        dropHeld();
        end();
        failure = ProtocolException.violation(text);
        return failure;
    }

    private RuntimeException notUsable() {
        return failure != null ? failure : new IllegalStateException("the scanner was released");
    }
}
