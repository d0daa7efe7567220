package dev.pgweir.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Bytes for tests, as hexadecimal digits and as text. Buffers are of the heap, so nobody has to release them. */
public final class TestBytes {
    private TestBytes() {}

    /** Hexadecimal digits, and text between quotes; blanks do not count: {@code 51 00000006 'a' 00}. */
    public static byte[] bytes(String spec) {
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < spec.length(); ) {
            char c = spec.charAt(i);
            if (c == ' ') {
                i++;
            } else if (c == '\'') {
                int close = spec.indexOf('\'', i + 1);
                out.writeBytes(spec.substring(i + 1, close).getBytes(StandardCharsets.UTF_8));
                i = close + 1;
            } else {
                out.writeByte(Integer.parseInt(spec.substring(i, i + 2), 16));
                i += 2;
            }
        }
        return ByteBufUtil.getBytes(out);
    }

    public static ByteBuf buffer(String spec) {
        return Unpooled.wrappedBuffer(bytes(spec));
    }

    /** What an encoder appends to a buffer that holds something already. */
    public static byte[] written(Consumer<ByteBuf> encoder) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(0x7f);
        encoder.accept(out);
        return ByteBufUtil.getBytes(out, 1, out.writerIndex() - 1);
    }
}
