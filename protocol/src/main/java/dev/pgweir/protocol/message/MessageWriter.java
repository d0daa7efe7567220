package dev.pgweir.protocol.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Appends messages to a buffer and fills in their lengths. One after another may be written; each begins with
 * {@code begin} and ends with {@link #end}. What a message may hold is not checked, except that no string holds a NUL:
 * it would end the string early and let its rest be taken for fields of the message.
 */
public final class MessageWriter {
    private static final int LENGTH_FIELD = 4;

    private final ByteBuf out;
    private int start;
    private int lengthAt;

    /**
     * Begins nothing yet.
     *
     * @param out belongs to the caller, before and after
     */
    public MessageWriter(ByteBuf out) {
        this.out = out;
    }

    /** Begins a message of this type. */
    public MessageWriter begin(byte type) {
        start = out.writerIndex();
        out.writeByte(type);
        return beginLength();
    }

    /** Begins one of the first packets, which have no type. */
    public MessageWriter beginUntyped() {
        start = out.writerIndex();
        return beginLength();
    }

    public MessageWriter int8(int value) {
        out.writeByte(value);
        return this;
    }

    public MessageWriter int16(int value) {
        out.writeShort(value);
        return this;
    }

    public MessageWriter int32(int value) {
        out.writeInt(value);
        return this;
    }

    public MessageWriter int64(long value) {
        out.writeLong(value);
        return this;
    }

    /**
     * Text in UTF-8 and a NUL byte.
     *
     * @throws IllegalArgumentException if the text holds a NUL; what was written of the message is taken back
     */
    public MessageWriter cstring(String text) {
        if (text.indexOf('\0') >= 0) {
            out.writerIndex(start);
            throw new IllegalArgumentException("a string of a message holds a NUL character");
        }
        ByteBufUtil.writeUtf8(out, text);
        out.writeByte(0);
        return this;
    }

    /** The bytes as they are. */
    public MessageWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Text in UTF-8 behind its length in bytes, 32 bits wide: a value of a row or of a parameter. */
    public MessageWriter text(String text) {
        int at = out.writerIndex();
        out.writeInt(0);
        out.setInt(at, ByteBufUtil.writeUtf8(out, text));
        return this;
    }

    /** Fills in the length. */
    public void end() {
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }

    private MessageWriter beginLength() {
        lengthAt = out.writerIndex();
        out.writeZero(LENGTH_FIELD);
        return this;
    }
}
