package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Both sides against each other, and against the example of RFC 7677 section 3. */
final class ScramExchangeTest {
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final ScramDerivation DERIVATION = new ScramDerivation(SALT, 4096);
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String CLIENT_FIRST = "n,,n=user,r=" + CLIENT_NONCE;
    private static final String SERVER_FIRST =
            "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String CLIENT_FINAL =
            "c=biws,r=" + CLIENT_NONCE + SERVER_NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    @Test
    void clientSpeaksTheExampleOfTheRfc() throws ScramException {
        ScramClientExchange client = new ScramClientExchange("user", CLIENT_NONCE);

        assertThat(client.clientFirst()).isEqualTo(CLIENT_FIRST);
        ScramDerivation wanted = client.onServerFirst(bytes(SERVER_FIRST));
        assertThat(wanted).isEqualTo(DERIVATION);
        assertThat(client.clientFinal(wanted.derive("pencil"))).isEqualTo(CLIENT_FINAL);
        assertThat(client.isServerVerified()).isFalse();
        client.onServerFinal(bytes(SERVER_FINAL));
        assertThat(client.isServerVerified()).isTrue();
    }

    @Test
    void serverSpeaksTheExampleOfTheRfcAndRecoversTheKeys() throws ScramException {
        ScramServerExchange server = new ScramServerExchange(DERIVATION, SERVER_NONCE);
        ScramKeys keys = DERIVATION.derive("pencil");

        assertThat(server.onClientFirst(bytes(CLIENT_FIRST))).isEqualTo(SERVER_FIRST);
        assertThat(server.onClientFinal(bytes(CLIENT_FINAL), keys.toSecret()))
                .isEqualTo(new ScramServerExchange.Accepted(SERVER_FINAL, keys));
    }

    @Test
    void bothSidesAgreeOnAnyPasswordAndSalt() throws ScramException {
        SecureRandom random = new SecureRandom();
        Random seeded = new Random(20250601);
        for (int round = 0; round < 40; round++) {
            byte[] salt = new byte[1 + seeded.nextInt(32)];
            seeded.nextBytes(salt);
            ScramDerivation derivation = new ScramDerivation(salt, 1 + seeded.nextInt(20));
            String password = seeded.ints(1 + seeded.nextInt(20), 0x20, 0x2FFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            ScramKeys stored = derivation.derive(password);
            ScramServerExchange server = new ScramServerExchange(derivation, random);
            ScramClientExchange client = new ScramClientExchange(random);

            ScramDerivation wanted = client.onServerFirst(bytes(server.onClientFirst(bytes(client.clientFirst()))));
            ScramServerExchange.Accepted accepted =
                    server.onClientFinal(bytes(client.clientFinal(wanted.derive(password))), stored.toSecret());

            assertThat(requireNonNull(accepted).keys()).isEqualTo(stored);
            client.onServerFinal(bytes(accepted.serverFinal()));
            assertThat(client.isServerVerified()).isTrue();
        }
    }

    @Test
    void recoveredKeysLogInWhereTheSameSecretIsStored() throws ScramException {
        ScramKeys recovered = requireNonNull(login(DERIVATION.derive("pencil"), DERIVATION.derive("pencil")));

        assertThat(login(recovered, DERIVATION.derive("pencil"))).isEqualTo(recovered);
    }

    @Test
    void refusesAWrongPassword() throws ScramException {
        assertThat(login(DERIVATION.derive("pencils"), DERIVATION.derive("pencil")))
                .isNull();
    }

    @Test
    void anUnknownUserTakesTheSameStepsAndAlwaysFails() throws ScramException {
        SecureRandom random = new SecureRandom();
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random);
        ScramClientExchange client = new ScramClientExchange(random);

        ScramDerivation wanted = client.onServerFirst(bytes(server.onClientFirst(bytes(client.clientFirst()))));

        assertThat(wanted).isEqualTo(DERIVATION);
        assertThat(server.onClientFinal(bytes(client.clientFinal(wanted.derive("pencil"))), null))
                .isNull();
    }

    @Test
    void noncesAreFreshForEachExchange() throws ScramException {
        SecureRandom random = new SecureRandom();
        String first = new ScramServerExchange(DERIVATION, random).onClientFirst(bytes(CLIENT_FIRST));
        String second = new ScramServerExchange(DERIVATION, random).onClientFirst(bytes(CLIENT_FIRST));

        assertThat(first).isNotEqualTo(second);
        assertThat(new ScramClientExchange(random).clientFirst())
                .isNotEqualTo(new ScramClientExchange(random).clientFirst())
                .matches("n,,n=,r=[A-Za-z0-9+/]{24}");
    }

    @Test
    void aLoginIsBoundToTheCertificateThatBothSidesSee() throws ScramException {
        assertThat(bound(new byte[] {1, 2, 3}, new byte[] {1, 2, 3})).isNotNull();
        for (byte[] seen : new byte[][] {{}, {1, 2}, {1, 2, 3, 4}, {1, 2, 4}}) {
            assertThatThrownBy(() -> bound(new byte[] {1, 2, 3}, seen))
                    .isInstanceOf(ScramException.class)
                    .hasMessage("SCRAM channel binding check failed");
        }
    }

    private static ScramServerExchange.@Nullable Accepted bound(byte[] own, byte[] seen) throws ScramException {
        SecureRandom random = new SecureRandom();
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random, own);
        ScramClientExchange client = new ScramClientExchange(random, ChannelBinding.tlsServerEndPoint(seen));
        server.expectBinding(true);
        ScramDerivation wanted = client.onServerFirst(bytes(server.onClientFirst(bytes(client.clientFirst()))));
        return server.onClientFinal(
                bytes(client.clientFinal(wanted.derive("pencil"))),
                DERIVATION.derive("pencil").toSecret());
    }

    @Test
    void whoeverTookTheOfferOfABindingAwayIsFoundOut() {
        SecureRandom random = new SecureRandom();
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random, new byte[] {1});
        String first = new ScramClientExchange(random, ChannelBinding.NOT_OFFERED).clientFirst();

        assertThat(first).startsWith("y,,");
        assertThatThrownBy(() -> server.onClientFirst(bytes(first)))
                .isInstanceOf(ScramException.class)
                .hasMessageStartingWith("SCRAM channel binding negotiation error");
    }

    @Test
    void mechanismAndFlagHaveToAgree() {
        SecureRandom random = new SecureRandom();
        String bound = new ScramClientExchange(random, ChannelBinding.tlsServerEndPoint(new byte[] {1})).clientFirst();
        String unbound = new ScramClientExchange(random).clientFirst();
        ScramServerExchange withPlus = new ScramServerExchange(DERIVATION, random, new byte[] {1});
        withPlus.expectBinding(true);

        assertThatThrownBy(() -> new ScramServerExchange(DERIVATION, random, new byte[] {1}).onClientFirst(bytes(bound)))
                .hasMessageContaining("chose SCRAM without channel binding");
        assertThatThrownBy(() -> withPlus.onClientFirst(bytes(unbound)))
                .hasMessageContaining("chose SCRAM with channel binding");
        ScramServerExchange other = new ScramServerExchange(DERIVATION, random, new byte[] {1});
        other.expectBinding(true);
        assertThatThrownBy(() -> other.onClientFirst(bytes("p=tls-unique,,n=,r=abc")))
                .hasMessageContaining("unsupported SCRAM channel-binding type");
    }

    @Test
    void aClientThatWantsNoBindingNeedsNone() throws ScramException {
        SecureRandom random = new SecureRandom();
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random, new byte[] {1});
        ScramClientExchange client = new ScramClientExchange(random);
        ScramDerivation wanted = client.onServerFirst(bytes(server.onClientFirst(bytes(client.clientFirst()))));

        assertThat(server.onClientFinal(
                        bytes(client.clientFinal(wanted.derive("pencil"))),
                        DERIVATION.derive("pencil").toSecret()))
                .isNotNull();
    }

    @Test
    void refusesStepsInTheWrongOrder() {
        ScramClientExchange client = new ScramClientExchange("user", CLIENT_NONCE);
        ScramServerExchange server = new ScramServerExchange(DERIVATION, SERVER_NONCE);

        assertThatThrownBy(() -> client.onServerFirst(bytes(SERVER_FIRST))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.onServerFinal(bytes(SERVER_FINAL))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.onClientFinal(bytes(CLIENT_FINAL), null))
                .isInstanceOf(IllegalStateException.class);
    }

    private static @Nullable ScramKeys login(ScramKeys presented, ScramKeys stored) throws ScramException {
        ScramServerExchange server = new ScramServerExchange(DERIVATION, SERVER_NONCE);
        ScramClientExchange client = new ScramClientExchange("", CLIENT_NONCE);
        client.onServerFirst(bytes(server.onClientFirst(bytes(client.clientFirst()))));
        ScramServerExchange.Accepted accepted =
                server.onClientFinal(bytes(client.clientFinal(presented)), stored.toSecret());
        return accepted == null ? null : accepted.keys();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
