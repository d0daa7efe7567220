package dev.pgweir.protocol.frame;

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
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets without a type byte that a connection begins with. After an SSLRequest or GSSENCRequest the same
 * reader reads the packet that follows. Confined to one thread; holds no buffer, so there is nothing to release.
 */
public final class StartupReader {
    /**
     * Most bytes behind the length field. PostgreSQL's MAX_STARTUP_PACKET_LENGTH: who sends this is not known yet, so it
     * bounds what a stranger can make us keep.
     */
    public static final int MAX_PACKET_LENGTH = 10_000;

    private static final int LENGTH_FIELD = 4;
    /** The length and the version or request code. */
    private static final int HEADER_LENGTH = 8;
    /** Covers nearly every startup packet; longer ones grow with the bytes that came, not with those announced. */
    private static final int FIRST_CAPACITY = 256;

    private static final byte[] NOTHING = {};

    private byte[] held = NOTHING;
    private int heldLength;
    private @Nullable ProtocolException failure;

    /**
     * Takes from {@code in} what belongs to the packet and not a byte more. Bytes left behind an SSLRequest or
     * GSSENCRequest came before it was answered and must not be taken as encrypted: the caller has to look.
     *
     * @return the packet, or null if more bytes are needed
     * @throws ProtocolException if this is no startup packet (08P01), or of a protocol other than 3 (0A000). Every later
     *     call throws it again
     */
    public @Nullable StartupPacket read(ByteBuf in) {
        if (failure != null) {
            throw failure;
        }
        try {
            return assemble(in);
        } catch (ProtocolException e) {
            failure = e;
            held = NOTHING;
            throw e;
        }
    }

    /** Whether nothing of a packet has come. */
    public boolean isEmpty() {
        return heldLength == 0;
    }

    private @Nullable StartupPacket assemble(ByteBuf in) {
        if (heldLength == 0 && in.readableBytes() >= HEADER_LENGTH) {
            int length = acceptedLength(in.getInt(in.readerIndex()));
            acceptedCode(in.getInt(in.readerIndex() + LENGTH_FIELD));
            if (in.readableBytes() >= length) {
                return decode(in.readSlice(length));
            }
        }
        if (!fill(in, LENGTH_FIELD)) {
            return null;
        }
        int length = acceptedLength(ByteBuffer.wrap(held).getInt(0));
        if (!fill(in, HEADER_LENGTH)) {
            return null;
        }
        acceptedCode(ByteBuffer.wrap(held).getInt(LENGTH_FIELD));
        if (!fill(in, length)) {
            return null;
        }
        ByteBuf whole = Unpooled.wrappedBuffer(held, 0, length);
        held = NOTHING;
        heldLength = 0;
        return decode(whole);
    }

    /** Moves bytes from {@code in} until {@code target} are held; whether they are. */
    private boolean fill(ByteBuf in, int target) {
        int step = Math.min(target - heldLength, in.readableBytes());
        if (step > 0) {
            if (heldLength + step > held.length) {
                held = Arrays.copyOf(held, Math.max(FIRST_CAPACITY, Math.max(heldLength + step, 2 * held.length)));
            }
            in.readBytes(held, heldLength, step);
            heldLength += step;
        }
        return heldLength >= target;
    }

    private static StartupPacket decode(ByteBuf packet) {
        packet.skipBytes(LENGTH_FIELD);
        int code = packet.readInt();
        return switch (code) {
            case ProtocolVersion.SSL_REQUEST_CODE -> empty(packet, "SSLRequest", new SslRequest());
            case ProtocolVersion.GSSENC_REQUEST_CODE -> empty(packet, "GSSENCRequest", new GssEncRequest());
            case ProtocolVersion.CANCEL_REQUEST_CODE -> CancelRequest.decode(packet);
            default -> StartupMessage.decode(ProtocolVersion.of(code), packet);
        };
    }

    private static StartupPacket empty(ByteBuf packet, String name, StartupPacket request) {
        if (packet.isReadable()) {
            throw ProtocolException.violation("malformed " + name + ": " + packet.readableBytes() + " bytes too many");
        }
        return request;
    }

    private static int acceptedLength(int length) {
        if (length < HEADER_LENGTH || length > MAX_PACKET_LENGTH + LENGTH_FIELD) {
            String foreign = ForeignProtocol.describe(length);
            throw ProtocolException.violation(
                    foreign != null
                            ? foreign
                            : "invalid length of startup packet: " + Integer.toUnsignedString(length)
                                    + " bytes, accepted are " + HEADER_LENGTH + " to "
                                    + (MAX_PACKET_LENGTH + LENGTH_FIELD));
        }
        return length;
    }

    private static void acceptedCode(int code) {
        ProtocolVersion version = ProtocolVersion.of(code);
        boolean request = code == ProtocolVersion.SSL_REQUEST_CODE
                || code == ProtocolVersion.GSSENC_REQUEST_CODE
                || code == ProtocolVersion.CANCEL_REQUEST_CODE;
        if (!request && version.major() != ProtocolVersion.V3_0.major()) {
            throw new ProtocolException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "unsupported frontend protocol " + version + ": only protocol 3 is supported");
        }
    }
}
