package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.SecureRandom;
import java.util.Arrays;

/** Whatever a peer sends, on either side: it is refused, and nobody is logged in by it. */
final class ScramFuzzTest {
    private static final ScramDerivation DERIVATION = new ScramDerivation(new byte[] {1, 2, 3, 4}, 2);
    private static final ScramKeys KEYS = DERIVATION.derive("pencil");
    private static final SecureRandom NONCE = new FixedRandom();

    /** The two messages of a server, with a zero byte between; {@code @} stands for the client's nonce. */
    @FuzzTest(maxDuration = "10m")
    void noServerProvesThatItKnowsThePassword(byte[] data) {
        ScramClientExchange client = new ScramClientExchange(NONCE);
        String nonce = client.clientFirst().replaceFirst(".*,r=", "");
        byte[][] messages = split(data, nonce);
        try {
            ScramDerivation wanted = client.onServerFirst(messages[0]);
            assertThat(wanted.iterations()).isBetween(1, ScramClientExchange.MAX_ITERATIONS);
            client.clientFinal(KEYS);
            client.onServerFinal(messages[1]);
        } catch (ScramException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(500);
        }
        assertThat(client.isServerVerified()).isFalse();
    }

    /** The two messages of a client, with a zero byte between; {@code @} stands for the server's nonce. */
    @FuzzTest(maxDuration = "10m")
    void noClientLogsIn(byte[] data) {
        ScramServerExchange server = new ScramServerExchange(DERIVATION, NONCE);
        byte[][] messages = split(data, "");
        try {
            String first = server.onClientFirst(messages[0]);
            byte[] last = split(data, first.substring(2, first.indexOf(",s=")))[1];
            assertThat(server.onClientFinal(last, KEYS.toSecret())).isNull();
        } catch (ScramException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(500);
        }
    }

    @FuzzTest(maxDuration = "10m")
    void aSecretIsWrittenAsItIsRead(byte[] data) {
        String text = new String(data, ISO_8859_1);
        try {
            ScramSecret secret = ScramSecret.parse(text);
            assertThat(ScramSecret.parse(secret.format())).isEqualTo(secret);
        } catch (ScramException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static byte[][] split(byte[] data, String nonce) {
        int zero = 0;
        while (zero < data.length && data[zero] != 0) {
            zero++;
        }
        String first = new String(data, 0, zero, ISO_8859_1);
        byte[] rest = zero < data.length ? Arrays.copyOfRange(data, zero + 1, data.length) : new byte[0];
        String last = new String(rest, ISO_8859_1);
        return new byte[][] {
            first.replace("@", nonce).getBytes(ISO_8859_1),
            last.replace("@", nonce).getBytes(ISO_8859_1)
        };
    }

    /** The same in each run, so that an input means the same each time. */
    private static final class FixedRandom extends SecureRandom {
        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 7);
        }
    }
}
