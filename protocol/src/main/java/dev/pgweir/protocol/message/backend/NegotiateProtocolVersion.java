package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * NegotiateProtocolVersion: the client asked for a newer minor version, or for options, that the server does not know.
 *
 * @param version the newest that the server supports
 * @param options the {@code _pq_.} parameters that it does not know
 */
public record NegotiateProtocolVersion(ProtocolVersion version, List<String> options) implements BackendMessage {
    public NegotiateProtocolVersion {
        options = List.copyOf(options);
    }

    public static NegotiateProtocolVersion decode(ByteBuf body) {
        MessageReader in = new MessageReader("NegotiateProtocolVersion", body);
        ProtocolVersion version = ProtocolVersion.of(in.int32());
        if (version.major() == 0) {
            // The documentation calls the field a minor version; PostgreSQL sends, and libpq reads, the whole of it.
            version = new ProtocolVersion(ProtocolVersion.V3_0.major(), version.minor());
        }
        int count = in.count32(1);
        List<String> options = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            options.add(in.cstring());
        }
        in.end();
        return new NegotiateProtocolVersion(version, options);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(BackendMessageType.NEGOTIATE_PROTOCOL_VERSION);
        writer.int32(version.code()).int32(options.size());
        options.forEach(writer::cstring);
        writer.end();
    }
}
