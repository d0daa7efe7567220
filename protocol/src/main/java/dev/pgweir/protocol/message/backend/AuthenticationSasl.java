package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** AuthenticationSASL: the mechanisms a server offers, in its order of preference. */
public record AuthenticationSasl(List<String> mechanisms) implements Authentication {
    static final int CODE = 10;

    public AuthenticationSasl {
        mechanisms = List.copyOf(mechanisms);
    }

    static AuthenticationSasl decode(MessageReader in) {
        List<String> mechanisms = new ArrayList<>();
        for (String mechanism = in.cstring(); !mechanism.isEmpty(); mechanism = in.cstring()) {
            mechanisms.add(mechanism);
        }
        in.end();
        return new AuthenticationSasl(mechanisms);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer =
                new MessageWriter(out).begin(BackendMessageType.AUTHENTICATION).int32(CODE);
        mechanisms.forEach(writer::cstring);
        writer.int8(0).end();
    }
}
