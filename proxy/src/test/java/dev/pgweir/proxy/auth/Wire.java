package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The bytes of login messages, written and read by hand. */
final class Wire {
    private Wire() {}

    /** The body of a message as the peer receives it, after a look at its type and length. */
    static ByteBuf bodyOf(LoginMessage message, char type) {
        ByteBuf bytes = Unpooled.buffer();
        message.encode(bytes);
        assertThat((char) bytes.readByte()).isEqualTo(type);
        assertThat(bytes.readInt()).isEqualTo(Integer.BYTES + bytes.readableBytes());
        return bytes;
    }

    /** An authentication request: its kind, then what the text says. */
    static ByteBuf request(int kind, String text) {
        return Unpooled.buffer().writeInt(kind).writeBytes(text.getBytes(UTF_8));
    }

    /** What follows the kind of an authentication request that must be of this kind. */
    static String textOf(LoginMessage message, int kind) {
        ByteBuf body = bodyOf(message, 'R');
        assertThat(body.readInt()).isEqualTo(kind);
        return body.toString(UTF_8);
    }

    static ByteBuf body(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    static ByteBuf initialResponse(String mechanism, int length, String data) {
        return Unpooled.buffer()
                .writeBytes(mechanism.getBytes(UTF_8))
                .writeByte(0)
                .writeInt(length)
                .writeBytes(data.getBytes(UTF_8));
    }
}
