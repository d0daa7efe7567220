package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bind: makes a portal of a statement, here with all parameters and results in text format. Of the Bind messages of
 * clients, which may use any format, only the names are ever read: see {@link Names}.
 *
 * @param portal its name, empty for the unnamed one
 * @param statement its name, empty for the unnamed one
 * @param parameters null for NULL
 */
public record Bind(String portal, String statement, List<@Nullable String> parameters) implements FrontendMessage {
    public Bind {
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    /**
     * What a Bind message begins with.
     *
     * @param length how many bytes of the body the two names take, terminators included
     */
    public record Names(String portal, String statement, int length) {
        /** Reads no further than the names. */
        public static Names decode(ByteBuf body) {
            MessageReader in = new MessageReader("Bind", body);
            int all = in.remaining();
            String portal = in.cstring();
            String statement = in.cstring();
            return new Names(portal, statement, all - in.remaining());
        }
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(FrontendMessageType.BIND);
        writer.cstring(portal).cstring(statement).int16(0).int16(parameters.size());
        for (String parameter : parameters) {
            if (parameter == null) {
                writer.int32(-1);
            } else {
                writer.text(parameter);
            }
        }
        writer.int16(0).end();
    }
}
