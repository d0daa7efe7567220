package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may send that is wrong: it must cost nothing and never count as a login. */
final class HostileScramServerTest {
    private static final String SIGNATURE = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    static Stream<String> malformedServerFirst() {
        return Stream.of(
                "",
                "r=clientserver",
                "r=clientserver,",
                "r=clientserver,s=AQID",
                "r=clientserver,s=AQID,",
                "r=clientserver,i=4096",
                "r=clientserver,i=4096,s=AQID",
                "s=AQID,i=4096",
                "r=,s=AQID,i=4096",
                "r=client,s=AQID,i=4096",
                "r=clien,s=AQID,i=4096",
                "r=server,s=AQID,i=4096",
                "r=serverclient,s=AQID,i=4096",
                "r=Clientserver,s=AQID,i=4096",
                "r=client server,s=AQID,i=4096",
                "r=client" + "x".repeat(Nonce.MAX_LENGTH) + ",s=AQID,i=4096",
                "r=client" + "x".repeat(100_000) + ",s=AQID,i=4096",
                "r=clientserver,s=,i=4096",
                "r=clientserver,s=A,i=4096",
                "r=clientserver,s=AQI,i=4096",
                "r=clientserver,s=AQ!D,i=4096",
                "r=clientserver,s=AR==,i=4096",
                "r=clientserver,s=" + Base64.getEncoder().encodeToString(new byte[257]) + ",i=4096",
                "r=clientserver,s=AQID,i=",
                "r=clientserver,s=AQID,i=0",
                "r=clientserver,s=AQID,i=-1",
                "r=clientserver,s=AQID,i=+1",
                "r=clientserver,s=AQID,i=1000001",
                "r=clientserver,s=AQID,i=2147483647",
                "r=clientserver,s=AQID,i=2147483648",
                "r=clientserver,s=AQID,i=4294967297",
                "r=clientserver,s=AQID,i=" + "9".repeat(4000),
                "r=clientserver,s=AQID,i=0x10",
                "r=clientserver,s=AQID,i=4096 ",
                "r=clientserver,s=AQID,i=\u0661",
                "r=clientserver,s=AQID,i=4096,",
                "r=clientserver,s=AQID,i=4096,x",
                "m=ext,r=clientserver,s=AQID,i=4096",
                "e=other-error",
                "r=clientserver\0,s=AQID,i=4096");
    }

    @ParameterizedTest
    @MethodSource("malformedServerFirst")
    void refusesAMalformedServerFirst(String message) {
        ScramClientExchange client = started();

        assertThatExceptionOfType(ScramException.class).isThrownBy(() -> client.onServerFirst(bytes(message)));
        assertThat(client.isServerVerified()).isFalse();
    }

    @Test
    void takesEverythingUpToTheLimits() throws ScramException {
        byte[] salt = new byte[ScramClientExchange.MAX_SALT_LENGTH];
        String nonce = "client" + "x".repeat(Nonce.MAX_LENGTH - "client".length());

        ScramDerivation wanted = started()
                .onServerFirst(
                        bytes("r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=1000000,x=y"));

        assertThat(wanted).isEqualTo(new ScramDerivation(salt, ScramClientExchange.MAX_ITERATIONS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=",
                "v=AAAA",
                "v=!!!",
                "v=" + SIGNATURE,
                "v=" + SIGNATURE + ",",
                "x=y,v=" + SIGNATURE,
                "e=",
                "e=invalid-proof",
                "e=unknown-user,v=" + SIGNATURE
            })
    void refusesAServerFinalThatProvesNothing(String message) throws ScramException {
        ScramClientExchange client = started();
        client.clientFinal(
                client.onServerFirst(bytes("r=clientserver,s=AQID,i=1")).derive("pencil"));

        assertThatExceptionOfType(ScramException.class).isThrownBy(() -> client.onServerFinal(bytes(message)));
        assertThat(client.isServerVerified()).isFalse();
    }

    @Test
    void refusesAServerThatKnowsThePasswordOfSomebodyElse() throws ScramException {
        ScramClientExchange client = started();
        ScramDerivation wanted = client.onServerFirst(bytes("r=clientserver,s=AQID,i=1"));
        String clientFinal = client.clientFinal(wanted.derive("pencil"));
        String authMessage =
                "n=user,r=client,r=clientserver,s=AQID,i=1," + clientFinal.substring(0, clientFinal.indexOf(",p="));
        byte[] signature = ScramFunctions.hmac(wanted.derive("other").serverKey(), bytes(authMessage));

        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() ->
                        client.onServerFinal(bytes("v=" + Base64.getEncoder().encodeToString(signature))))
                .withMessageContaining("incorrect server signature");
    }

    @Test
    void repeatsOfAServersErrorOnlyWhatCannotHurtALog() throws ScramException {
        ScramClientExchange client = started();
        client.clientFinal(
                client.onServerFirst(bytes("r=clientserver,s=AQID,i=1")).derive("pencil"));

        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> client.onServerFinal(bytes("e=a\n\u001b[31m\u00e4" + "x".repeat(5000))))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(120).matches("[ -~]*"));
    }

    private static ScramClientExchange started() {
        ScramClientExchange client = new ScramClientExchange("user", "client");
        client.clientFirst();
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
