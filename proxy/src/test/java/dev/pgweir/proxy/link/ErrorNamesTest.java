package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.Reference;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Errors about statements in the client's words. */
final class ErrorNamesTest {
    /** An ErrorResponse's body with this message, and something of the server's name where it must stay. */
    private static byte[] body(byte[] text) {
        return bytes("SERROR", "C26000", (byte) 'M', text, (byte) 0, "DPGWEIR_7", (byte) 0);
    }

    private static byte[] body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte @Nullable [] told(byte[] body, Reference reference) {
        ByteBuf buffer = Unpooled.wrappedBuffer(body);
        ByteBuf told = ErrorNames.inWordsOfClient(buffer, reference, new UnpooledByteBufAllocator(false));
        assertThat(buffer.readerIndex()).isZero();
        if (told == null) {
            return null;
        }
        byte[] all = ByteBufUtil.getBytes(told);
        told.release();
        return all;
    }

    @Test
    void messageSpeaksOfTheClientsName() {
        Reference reference = sent -> sent.equals("PGWEIR_7") ? "mine $1" : sent;

        assertThat(told(body("prepared statement \"PGWEIR_7\" does not exist"), reference))
                .isEqualTo(message('E', body("prepared statement \"mine $1\" does not exist")));
    }

    @Test
    void eachNameIsTheClients() {
        Effects effects = new Effects().named("PGWEIR_7", "a").named("PGWEIR_D1", "b");

        assertThat(told(body("PGWEIR_7, PGWEIR_D1 and PGWEIR_70"), effects))
                .isEqualTo(message('E', body("a, b and PGWEIR_70")));
    }

    @Test
    void bytesOfAnyEncodingStayWhatTheyAre() {
        byte[] latin = "Anweisung »PGWEIR_7« fehlt".getBytes(StandardCharsets.ISO_8859_1);
        // One char a byte, as names are kept.
        Reference reference = sent -> "\u00fc\u0001";

        assertThat(told(body(latin), reference))
                .isEqualTo(message('E', body("Anweisung »\u00fc\u0001« fehlt".getBytes(StandardCharsets.ISO_8859_1))));
    }

    @Test
    void unnamedStatementIsSpokenOfAsPostgresDoes() {
        assertThat(told(body("prepared statement \"PGWEIR_0\" does not exist"), sent -> ""))
                .isEqualTo(message('E', body("unnamed prepared statement does not exist")));
    }

    @Test
    void placeIsThatOfTheClientsText() {
        Effects effects = new Effects().shifted(10, 4);
        byte[] far = bytes("C42601", "Msyntax error", "P25", (byte) 0);

        assertThat(told(far, effects)).isEqualTo(message('E', bytes("C42601", "Msyntax error", "P21", (byte) 0)));
        assertThat(told(bytes("C42601", "Msyntax error", "P9", (byte) 0), effects))
                .isNull();
        assertThat(told(bytes("C42601", "Msyntax error", "Pnowhere", (byte) 0), effects))
                .isNull();
    }

    @Test
    void whatHasNothingToChangeIsLeftAlone() {
        assertThat(told(body("division by zero"), sent -> "mine")).isNull();
    }

    @Test
    void brokenMessageIsLeftAlone() {
        assertThat(told("Mprepared statement \"PGWEIR_7\"".getBytes(StandardCharsets.US_ASCII), sent -> "mine"))
                .isNull();
        assertThat(told(new byte[0], sent -> "mine")).isEqualTo(message('E', (byte) 0));
    }
}
