package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may send that is wrong, and what looks wrong and is right. */
final class HostileScramClientTest {
    private static final ScramDerivation DERIVATION = new ScramDerivation(new byte[] {1, 2, 3, 4}, 2);
    private static final ScramKeys KEYS = DERIVATION.derive("pencil");
    private static final String NONCE = "clientserver";
    private static final String PROOF = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    static Stream<String> malformedClientFirst() {
        return Stream.of(
                "",
                "n",
                "n,",
                "n,,",
                "x,,n=,r=client",
                "n,n=,r=client",
                "n;,n=,r=client",
                "p=tls-server-end-point,,n=,r=client",
                "p=tls-unique,,n=,r=client",
                "p,,n=,r=client",
                "n,a=admin,n=,r=client",
                "n,,r=client",
                "n,,n=",
                "n,,n=,",
                "n,,n=,r=",
                "n,,n=,r=,",
                "n,,n=,r=client,",
                "n,,n=,r=client,x",
                "n,,n=,r=client,1=x",
                "n,,n=,r=client,,x=y",
                "n,,n=a=b,r=client",
                "n,,n==2,r=client",
                "n,,m=ext,n=,r=client",
                "n,,n=,r=cli ent",
                "n,,n=,r=cli\u007fent",
                "n,,n=,r=cli\u00e4nt",
                "n,,n=,r=cli\0ent",
                "n,,n=,r=" + "x".repeat(Nonce.MAX_LENGTH + 1),
                "n,,n=" + "x".repeat(AttributeReader.MAX_MESSAGE_LENGTH) + ",r=client");
    }

    @ParameterizedTest
    @MethodSource("malformedClientFirst")
    void refusesAMalformedClientFirst(String message) {
        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> exchange().onClientFirst(bytes(message)))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> exchange().onClientFirst("n,,n=\u00ff,r=client".getBytes(ISO_8859_1)))
                .withMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n,,n=,r=client",
                "y,,n=,r=client",
                "n,,n=user,r=client",
                "n,,n=a=2Cb=3D,r=client",
                "n,,n=\u00fc,r=client",
                "n,,n=,r=client,x=optional",
                "n,,n=,r=client,x=,y==="
            })
    void takesAWellFormedClientFirst(String message) throws ScramException {
        assertThat(exchange().onClientFirst(bytes(message))).isEqualTo("r=" + NONCE + ",s=AQIDBA==,i=2");
    }

    @Test
    void takesTheLongestNonceThatIsAllowed() throws ScramException {
        String nonce = "x".repeat(Nonce.MAX_LENGTH);

        assertThat(exchange().onClientFirst(bytes("n,,n=,r=" + nonce))).startsWith("r=" + nonce + "server,");
    }

    static Stream<String> malformedClientFinal() {
        return Stream.of(
                "",
                "c=biws",
                "c=biws,",
                "c=biws,r=" + NONCE,
                "c=biws,r=" + NONCE + ",",
                "c=biws,p=" + PROOF,
                "r=" + NONCE + ",p=" + PROOF,
                "r=" + NONCE + ",c=biws,p=" + PROOF,
                "c=,r=" + NONCE + ",p=" + PROOF,
                "c=biw,r=" + NONCE + ",p=" + PROOF,
                "c=biwsAAAA,r=" + NONCE + ",p=" + PROOF,
                "c=eSws,r=" + NONCE + ",p=" + PROOF,
                "c=biws,r=client,p=" + PROOF,
                "c=biws,r=clientserver1,p=" + PROOF,
                "c=biws,r=Clientserver,p=" + PROOF,
                "c=biws,r=" + NONCE + ",p=",
                "c=biws,r=" + NONCE + ",p=AAAA",
                "c=biws,r=" + NONCE + ",p=!!!!",
                "c=biws,r=" + NONCE + ",p=" + PROOF.substring(0, 43),
                "c=biws,r=" + NONCE + ",p=" + PROOF + ",x=y",
                "c=biws,r=" + NONCE + ",p=" + PROOF + ",",
                "c=biws,r=" + NONCE + ",=,p=" + PROOF,
                "c=biws,r=" + NONCE + ",x,p=" + PROOF,
                "c=biws,r=" + NONCE + ",p=" + PROOF + "\0");
    }

    @ParameterizedTest
    @MethodSource("malformedClientFinal")
    void refusesAMalformedClientFinal(String message) throws ScramException {
        ScramServerExchange exchange = exchange();
        exchange.onClientFirst(bytes("n,,n=,r=client"));

        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> exchange.onClientFinal(bytes(message), KEYS.toSecret()));
    }

    @Test
    void holdsAClientThatSaidYToItsHeader() throws ScramException {
        ScramServerExchange exchange = exchange();
        exchange.onClientFirst(bytes("y,,n=,r=client"));

        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> exchange.onClientFinal(bytes("c=biws,r=" + NONCE + ",p=" + PROOF), KEYS.toSecret()));
        assertThat(exchange.onClientFinal(bytes("c=eSws,r=" + NONCE + ",p=" + PROOF), KEYS.toSecret()))
                .isNull();
    }

    @Test
    void takesOptionalExtensionsBeforeTheProofAndSignsThem() throws ScramException {
        String first = "n=,r=client";
        ScramServerExchange exchange = exchange();
        String serverFirst = exchange.onClientFirst(bytes("n,," + first));
        String unproven = "c=biws,r=" + NONCE + ",x=1,q=";
        byte[] authMessage = bytes(first + "," + serverFirst + "," + unproven);
        byte[] signature = ScramFunctions.hmac(ScramFunctions.h(KEYS.clientKey()), authMessage);
        String proof = java.util.Base64.getEncoder().encodeToString(ScramFunctions.xor(KEYS.clientKey(), signature));

        assertThat(exchange.onClientFinal(bytes(unproven + ",p=" + proof), KEYS.toSecret()))
                .isNotNull();
    }

    /** A proof of zeros makes ClientKey the signature of StoredKey; against no secret at all that must not be enough. */
    @Test
    void noProofIsRightForAnUnknownUser() throws ScramException {
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            ScramServerExchange exchange = exchange();
            exchange.onClientFirst(bytes("n,,n=,r=client"));
            byte[] proof = new byte[ScramFunctions.KEY_LENGTH];
            if (i > 0) {
                random.nextBytes(proof);
            }
            String text = java.util.Base64.getEncoder().encodeToString(proof);

            assertThat(exchange.onClientFinal(bytes("c=biws,r=" + NONCE + ",p=" + text), null))
                    .isNull();
        }
    }

    @Test
    void anyGarbageIsRefusedOrAnsweredAndNothingElse() {
        Random random = new Random(42);
        String[] pieces = {
            "n,,", "y,,", "p=", "n=", "r=", "c=biws", ",", "=", "p=" + PROOF, "m=", "a=", "\0", "x", NONCE
        };
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(10); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            ScramServerExchange exchange = exchange();
            try {
                assertThat(exchange.onClientFirst(bytes(text.toString()))).startsWith("r=");
                assertThat(exchange.onClientFinal(bytes(text.toString()), KEYS.toSecret()))
                        .isNull();
            } catch (ScramException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    private static ScramServerExchange exchange() {
        return new ScramServerExchange(DERIVATION, "server");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
