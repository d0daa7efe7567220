package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** SSLRequest: asks whether TLS may follow. */
public record SslRequest() implements StartupPacket {
    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .beginUntyped()
                .int32(ProtocolVersion.SSL_REQUEST_CODE)
                .end();
    }
}
