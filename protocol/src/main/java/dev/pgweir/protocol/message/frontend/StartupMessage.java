package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * StartupMessage: begins a session.
 *
 * <p>Names and values are decoded as UTF-8, as a configuration file spells them; bytes that are no UTF-8 become U+FFFD
 * and so match no name a file holds. The text that was checked is the text that is sent on, so nobody can log in as one
 * user and act as another.
 *
 * @param version what the client speaks; its minor version may be newer than any known
 * @param parameters in the order they came; of a name that came twice the last value, as PostgreSQL has it
 */
public record StartupMessage(ProtocolVersion version, Map<String, String> parameters) implements StartupPacket {
    public StartupMessage {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (parameters.containsKey("")) {
            // It would end the list, and what follows would be lost.
            throw new IllegalArgumentException("a startup parameter has no name");
        }
    }

    /**
     * Reads what follows the version.
     *
     * @param body begins behind the version
     */
    public static StartupMessage decode(ProtocolVersion version, ByteBuf body) {
        MessageReader in = new MessageReader("StartupMessage", body);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String name = in.cstring(); !name.isEmpty(); name = in.cstring()) {
            parameters.put(name, in.cstring());
        }
        in.end();
        return new StartupMessage(version, parameters);
    }

    /** The role to log in as. Null if it is missing or empty, which PostgreSQL refuses with 28000. */
    public @Nullable String user() {
        return nonEmpty("user");
    }

    /** The database to connect to: the user's name if none is given. Null only if {@link #user} is. */
    public @Nullable String database() {
        String database = nonEmpty("database");
        return database != null ? database : user();
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).beginUntyped().int32(version.code());
        parameters.forEach((name, value) -> writer.cstring(name).cstring(value));
        writer.int8(0).end();
    }

    private @Nullable String nonEmpty(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
