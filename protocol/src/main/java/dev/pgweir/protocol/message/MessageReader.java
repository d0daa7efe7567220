package dev.pgweir.protocol.message;

import dev.pgweir.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads the body of one message. Never reads outside it, whatever the peer wrote into it, and never moves the indices
 * of the buffer.
 *
 * <p>Text is decoded as UTF-8, with U+FFFD for what is none: the encoding of a message is the peer's choice, and text in
 * another one must still be readable in its ASCII part. Nothing that is forwarded is ever decoded.
 */
public final class MessageReader {
    private final String message;
    private final ByteBuf body;
    private final int end;
    private int index;

    /**
     * @param message the name of the message, for the texts of exceptions
     * @param body its readable bytes are the body, without type and length
     */
    public MessageReader(String message, ByteBuf body) {
        this.message = message;
        this.body = body;
        this.index = body.readerIndex();
        this.end = body.writerIndex();
    }

    /** How many bytes are left. */
    public int remaining() {
        return end - index;
    }

    public byte int8() {
        return body.getByte(advance(1));
    }

    public short int16() {
        return body.getShort(advance(2));
    }

    public int int32() {
        return body.getInt(advance(4));
    }

    /**
     * An unsigned 16-bit count of elements that follow, checked against what is left so that nobody allocates for
     * elements that cannot be there.
     *
     * @param elementLength the least number of bytes an element takes
     */
    public int count16(int elementLength) {
        return count(int16() & 0xffff, elementLength);
    }

    /** As {@link #count16}, 32 bits wide and signed. */
    public int count32(int elementLength) {
        return count(int32(), elementLength);
    }

    /** Text up to a NUL byte, which is skipped. */
    public String cstring() {
        int nul = body.indexOf(index, end, (byte) 0);
        if (nul < 0) {
            throw malformed("a string is not terminated");
        }
        String text = body.toString(index, nul - index, StandardCharsets.UTF_8);
        index = nul + 1;
        return text;
    }

    /** The next {@code length} bytes, copied. */
    public byte[] bytes(int length) {
        int at = advance(length);
        byte[] bytes = new byte[length];
        body.getBytes(at, bytes);
        return bytes;
    }

    /** The next {@code length} bytes as text. */
    public String text(int length) {
        return body.toString(advance(length), length, StandardCharsets.UTF_8);
    }

    /** All bytes that are left, copied. */
    public byte[] rest() {
        return bytes(remaining());
    }

    /**
     * To be called when all is read.
     *
     * @throws ProtocolException if bytes are left
     */
    public void end() {
        if (index != end) {
            throw malformed(remaining() + " bytes too many");
        }
    }

    /** The exception for a body that does not hold what it should. */
    public ProtocolException malformed(String why) {
        return ProtocolException.violation("malformed " + message + ": " + why);
    }

    private int count(int count, int elementLength) {
        if (count < 0 || count > remaining() / elementLength) {
            throw malformed("a count of " + count + " with " + remaining() + " bytes left");
        }
        return count;
    }

    private int advance(int length) {
        if (length < 0 || length > remaining()) {
            throw malformed("a length of " + length + " with " + remaining() + " bytes left");
        }
        int at = index;
        index += length;
        return at;
    }
}
