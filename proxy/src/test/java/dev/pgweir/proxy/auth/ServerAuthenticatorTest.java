package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramException;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import dev.pgweir.protocol.auth.scram.ScramServerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerAuthenticatorTest {
    private static final String USER = "alice";
    private static final String PASSWORD = "hunter2";
    private static final ScramDerivation DERIVATION = new ScramDerivation(new byte[16], 3);
    private static final ScramKeys KEYS = DERIVATION.derive(PASSWORD);
    private static final Credential PLAIN = new Credential.Plain(PASSWORD);
    private static final Credential MD5 = new Credential.Md5(Md5Password.hash(PASSWORD, USER));
    private static final Credential SCRAM = new Credential.Scram(KEYS.toSecret());
    private static final Credential PASS_THROUGH = new Credential.ScramPassThrough(KEYS);
    private static final Credential NONE = new Credential.None();
    private static final byte[] SALT = {1, 2, 3, 4};

    private final SecureRandom random = new SecureRandom();
    private final QueuedExecutor executor = new QueuedExecutor(10);
    private final KeyDeriver deriver = new KeyDeriver(executor, 10, random);

    static Stream<Credential> everyCredential() {
        return Stream.of(PLAIN, MD5, SCRAM, PASS_THROUGH, NONE);
    }

    @ParameterizedTest
    @MethodSource("everyCredential")
    void needsNothingWhereTheServerTrusts(Credential credential) {
        assertThat(login(credential).onRequest(ok())).isEqualTo(new ServerAuthStep.Done());
    }

    @Test
    void sendsAPasswordInClear() {
        ServerAuthenticator login = login(PLAIN);

        assertThat(sent(login.onRequest(Wire.request(3, "")))).isEqualTo(PASSWORD + "\0");
        assertThat(login.onRequest(ok())).isEqualTo(new ServerAuthStep.Done());
    }

    @Test
    void sendsALongTokenWhole() {
        String token = "t".repeat(65530);

        assertThat(sent(login(new Credential.Plain(token)).onRequest(Wire.request(3, ""))))
                .isEqualTo(token + "\0");
    }

    @Test
    void answersMd5FromThePasswordOrItsHash() {
        String answer = Md5Password.response(Md5Password.hash(PASSWORD, USER), SALT) + "\0";

        assertThat(sent(login(PLAIN).onRequest(md5Request(SALT)))).isEqualTo(answer);
        assertThat(sent(login(MD5).onRequest(md5Request(SALT)))).isEqualTo(answer);
    }

    static Stream<ByteBuf> md5RequestsThatAreNone() {
        return Stream.of(md5Request(new byte[0]), md5Request(new byte[3]), md5Request(new byte[5]));
    }

    @ParameterizedTest
    @MethodSource("md5RequestsThatAreNone")
    void refusesAnMd5RequestWithoutItsFourBytes(ByteBuf request) {
        assertFails(login(PLAIN).onRequest(request.duplicate()), "08P01", "malformed AuthenticationMD5Password");
    }

    @Test
    void logsInByScramWithThePassword() throws ScramException {
        ServerAuthenticator login = login(PLAIN);
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random);
        ByteBuf initial = sentBody(login.onRequest(Wire.request(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0")));
        ScramServerExchange.Accepted accepted = prove(login, server, clientFirst(initial));

        assertThat(login.onRequest(Wire.request(12, accepted.serverFinal()))).isEqualTo(new ServerAuthStep.Await());
        assertThat(login.onRequest(ok())).isEqualTo(new ServerAuthStep.Done());
    }

    @Test
    void bindsTheLoginWhereTheServerOffersIt() throws ScramException {
        byte[] endPoint = {1, 2, 3};
        ServerAuthenticator login = login(PLAIN);
        login.connection(ChannelBindingUse.PREFER, true, endPoint);
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random, endPoint);
        server.expectBinding(true);
        ByteBuf initial = sentBody(login.onRequest(Wire.request(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0")));

        assertThat(initial.toString(UTF_8)).startsWith("SCRAM-SHA-256-PLUS\0");
        initial.skipBytes("SCRAM-SHA-256-PLUS".length() + 1 + Integer.BYTES);
        String serverFirst = server.onClientFirst(initial.toString(UTF_8).getBytes(UTF_8));
        ServerAuthStep step = login.onRequest(Wire.request(11, serverFirst));
        if (step instanceof ServerAuthStep.Pending) {
            executor.runAll();
            step = login.resume();
        }
        byte[] clientFinal = sent(step).getBytes(UTF_8);
        assertThat(server.onClientFinal(
                        clientFinal, DERIVATION.derive(PASSWORD).toSecret()))
                .isNotNull();
    }

    @Test
    void tellsAServerByTlsThatItsOfferDidNotArrive() {
        ServerAuthenticator login = login(PLAIN);
        login.connection(ChannelBindingUse.PREFER, true, new byte[] {1});

        assertThat(sentBody(sasl(login)).toString(UTF_8)).contains("y,,n=");
    }

    static Stream<ByteBuf> loginsThatAreNotBound() {
        return Stream.of(
                ok(),
                Wire.request(3, ""),
                md5Request(SALT),
                Wire.request(10, "SCRAM-SHA-256\0\0"));
    }

    @ParameterizedTest
    @MethodSource("loginsThatAreNotBound")
    void givesAwayNothingWhereABindingIsRequiredAndNotOffered(ByteBuf request) {
        ServerAuthenticator login = login(PLAIN);
        login.connection(ChannelBindingUse.REQUIRE, true, new byte[] {1});

        assertFails(login.onRequest(request.duplicate()), "28000", "server_channel_binding = require, but the server");
    }

    @Test
    void logsInByScramWithTheClientsKeysAndNoDerivation() throws ScramException {
        ServerAuthenticator login = login(PASS_THROUGH);
        ScramServerExchange server = new ScramServerExchange(DERIVATION, random);
        ScramServerExchange.Accepted accepted = prove(login, server, clientFirst(sentBody(sasl(login))));

        assertThat(login.onRequest(Wire.request(12, accepted.serverFinal()))).isEqualTo(new ServerAuthStep.Await());
        assertThat(login.onRequest(ok())).isEqualTo(new ServerAuthStep.Done());
        assertThat(executor.accepted()).isZero();
    }

    @Test
    void derivesOnceForAllLoginsToAServer() throws ScramException {
        for (int i = 0; i < 4; i++) {
            ServerAuthenticator login = login(PLAIN);
            prove(login, new ScramServerExchange(DERIVATION, random), clientFirst(sentBody(sasl(login))));
        }
        assertThat(executor.accepted()).isEqualTo(1);
    }

    @Test
    void waitsForTheKeysWithoutBlocking() {
        ServerAuthenticator login = login(PLAIN);
        String nonce = nonce(clientFirst(sentBody(sasl(login))));

        ServerAuthStep step = login.onRequest(Wire.request(11, "r=" + nonce + "x,s=AQID,i=2"));

        assertThat(step).isInstanceOf(ServerAuthStep.Pending.class);
        assertThatIllegalStateException().isThrownBy(login::resume);
        executor.runAll();
        assertThat(((ServerAuthStep.Pending) step).until().toCompletableFuture())
                .isCompleted();
        assertThat(login.resume()).isInstanceOf(ServerAuthStep.Send.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 10, 11, 12})
    void aRequestWhileKeysAreDerivedEndsTheLogin(int kind) {
        ServerAuthenticator login = login(PLAIN);
        String nonce = nonce(clientFirst(sentBody(sasl(login))));
        login.onRequest(Wire.request(11, "r=" + nonce + "x,s=AQID,i=2"));

        assertThat(login.onRequest(Wire.request(kind, "abcd"))).isInstanceOf(ServerAuthStep.Failure.class);
        executor.runAll();
        assertThat(login.resume()).isInstanceOf(ServerAuthStep.Failure.class);
    }

    @Test
    void saysSoWhenTooManyLoginsComeAtOnce() {
        ServerAuthenticator login =
                new ServerAuthenticator(USER, PLAIN, random, new KeyDeriver(new QueuedExecutor(0), 1, random));
        String nonce = nonce(clientFirst(sentBody(sasl(login))));

        assertFails(login.onRequest(Wire.request(11, "r=" + nonce + "x,s=AQID,i=2")), "53300", "queue");
    }

    @Test
    void saysThatAStoredSecretIsOfTheWrongType() {
        assertFails(login(MD5).onRequest(Wire.request(3, "")), "28000", "wrong password type");
        assertFails(login(SCRAM).onRequest(Wire.request(3, "")), "28000", "wrong password type");
        assertFails(login(PASS_THROUGH).onRequest(Wire.request(3, "")), "28000", "wrong password type");
        assertFails(login(SCRAM).onRequest(md5Request(SALT)), "28000", "wrong password type");
        assertFails(login(PASS_THROUGH).onRequest(md5Request(SALT)), "28000", "wrong password type");
        assertFails(sasl(login(MD5)), "28000", "wrong password type");
        assertFails(sasl(login(SCRAM)), "28000", "wrong password type");
    }

    @Test
    void saysWhoseSecretIsMissing() {
        assertFails(login(NONE).onRequest(Wire.request(3, "")), "28000", "none is known for user \"alice\"");
        assertFails(login(NONE).onRequest(md5Request(SALT)), "28000", "none is known for user \"alice\"");
        assertFails(sasl(login(NONE)), "28000", "none is known for user \"alice\"");
    }

    @Test
    void saysThatTheClientsKeysDoNotFit() {
        ServerAuthenticator login = login(PASS_THROUGH);
        String nonce = nonce(clientFirst(sentBody(sasl(login))));

        assertFails(login.onRequest(Wire.request(11, "r=" + nonce + "x,s=AQID,i=3")), "28000", "SCRAM keys do not fit");
    }

    @ParameterizedTest
    @CsvSource({
        "2,Kerberos V5",
        "4,crypt",
        "6,SCM credential",
        "7,GSSAPI",
        "8,GSSAPI",
        "9,SSPI",
        "1,unknown (1)",
        "13,unknown (13)",
        "-1,unknown (-1)",
        "2147483647,unknown (2147483647)"
    })
    void namesTheMethodItDoesNotKnow(int kind, String name) {
        assertFails(login(PLAIN).onRequest(Wire.request(kind, "")), "28000", "the server asks for " + name + " auth");
    }

    @Test
    void namesTheMechanismsItDoesNotKnow() {
        assertFails(
                login(PLAIN).onRequest(Wire.request(10, "SCRAM-SHA-256-PLUS\0OAUTHBEARER\0\0")),
                "28000",
                "only: SCRAM-SHA-256-PLUS, OAUTHBEARER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "SCRAM-SHA-256", "\0SCRAM-SHA-256\0\0", "X\0\0SCRAM-SHA-256\0\0", "\n\u001b\0\0"})
    void refusesAMechanismListThatDoesNotHoldIts(String list) {
        assertFails(login(PLAIN).onRequest(Wire.request(10, list)), "28000", "no SASL mechanism");
    }

    @Test
    void repeatsOfAHostileMechanismListALittleOnly() {
        String list = IntStream.range(0, 5000)
                .mapToObj(i -> "M\n" + "x".repeat(200) + '\0')
                .reduce("", String::concat);

        assertThat(login(PLAIN).onRequest(Wire.request(10, list)))
                .isInstanceOfSatisfying(
                        ServerAuthStep.Failure.class,
                        failure -> assertThat(failure.message())
                                .hasSizeLessThan(400)
                                .matches("[ -~]*"));
    }

    @Test
    void aServerCannotSkipItsSignature() throws ScramException {
        ServerAuthenticator atOnce = login(PLAIN);
        sasl(atOnce);
        assertFails(atOnce.onRequest(ok()), "08P01", "without its SCRAM signature");

        ServerAuthenticator afterProof = login(PASS_THROUGH);
        prove(afterProof, new ScramServerExchange(DERIVATION, random), clientFirst(sentBody(sasl(afterProof))));
        assertFails(afterProof.onRequest(ok()), "08P01", "without its SCRAM signature");
    }

    @Test
    void aServerThatDoesNotKnowTheSecretIsNotBelieved() throws ScramException {
        ServerAuthenticator login = login(PASS_THROUGH);
        prove(login, new ScramServerExchange(DERIVATION, random), clientFirst(sentBody(sasl(login))));

        assertFails(
                login.onRequest(Wire.request(12, "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
                "28000",
                "incorrect server signature");
        assertThat(login.onRequest(ok())).isInstanceOf(ServerAuthStep.Failure.class);
    }

    @Test
    void anExpensiveIterationCountCostsNothing() {
        ServerAuthenticator login = login(PLAIN);
        String nonce = nonce(clientFirst(sentBody(sasl(login))));

        assertFails(login.onRequest(Wire.request(11, "r=" + nonce + "x,s=AQID,i=2147483647")), "28000", "iteration");
        assertThat(executor.accepted()).isZero();
    }

    @Test
    void refusesAShortRequest() {
        assertFails(login(PLAIN).onRequest(Unpooled.EMPTY_BUFFER), "08P01", "malformed");
        assertFails(login(PLAIN).onRequest(Wire.body("abc")), "08P01", "malformed");
    }

    @Test
    void answersOnceOnly() {
        for (int second : new int[] {3, 5, 10, 11, 12}) {
            ServerAuthenticator login = login(PLAIN);
            login.onRequest(Wire.request(3, ""));

            assertFails(login.onRequest(Wire.request(second, "abcd")), "08P01", "unexpected");
        }
        ServerAuthenticator done = login(PLAIN);
        done.onRequest(ok());
        assertFails(done.onRequest(ok()), "08P01", "unexpected");
    }

    /** Whatever order a server chooses: after SASL, nothing but the right signature ends in a login. */
    @Test
    void noOrderOfRequestsAvoidsTheSignature() {
        Random seeded = new Random(99);
        int[] kinds = {0, 3, 5, 7, 10, 11, 12};
        String[] texts = {"", "abcd", "SCRAM-SHA-256\0\0", "v=AAAA", "e=other-error", "r=x,s=AQID,i=1"};
        for (int round = 0; round < 3000; round++) {
            ServerAuthenticator login = login(seeded.nextBoolean() ? PLAIN : PASS_THROUGH);
            String nonce = nonce(clientFirst(sentBody(sasl(login))));
            for (int i = 0; i < 5; i++) {
                String text = texts[seeded.nextInt(texts.length)];
                String answer = text.replace("r=x,s=AQID,i=1", "r=" + nonce + "x,s=AAAAAAAAAAAAAAAAAAAAAA==,i=3");
                ServerAuthStep step = login.onRequest(Wire.request(kinds[seeded.nextInt(kinds.length)], answer));
                if (step instanceof ServerAuthStep.Pending) {
                    executor.runAll();
                    step = login.resume();
                }
                assertThat(step).isNotInstanceOf(ServerAuthStep.Done.class);
            }
        }
    }

    private ServerAuthenticator login(Credential credential) {
        return new ServerAuthenticator(USER, credential, random, deriver);
    }

    private static ServerAuthStep sasl(ServerAuthenticator login) {
        return login.onRequest(Wire.request(10, "SCRAM-SHA-256\0\0"));
    }

    private ScramServerExchange.Accepted prove(
            ServerAuthenticator login, ScramServerExchange server, String clientFirst) throws ScramException {
        String serverFirst = server.onClientFirst(clientFirst.getBytes(UTF_8));
        ServerAuthStep step = login.onRequest(Wire.request(11, serverFirst));
        if (step instanceof ServerAuthStep.Pending) {
            executor.runAll();
            step = login.resume();
        }
        ScramServerExchange.@Nullable Accepted accepted =
                server.onClientFinal(sent(step).getBytes(UTF_8), KEYS.toSecret());
        return Objects.requireNonNull(accepted);
    }

    /** The data of a SASLInitialResponse for SCRAM-SHA-256. */
    private static String clientFirst(ByteBuf initial) {
        PasswordBodies.InitialResponse response = Objects.requireNonNull(PasswordBodies.initialResponse(initial));
        assertThat(response.mechanism()).isEqualTo("SCRAM-SHA-256");
        return new String(Objects.requireNonNull(response.data()), UTF_8);
    }

    private static String nonce(String clientFirst) {
        return clientFirst.substring(clientFirst.indexOf(",r=") + 3);
    }

    private static String sent(ServerAuthStep step) {
        return sentBody(step).toString(UTF_8);
    }

    private static ByteBuf sentBody(ServerAuthStep step) {
        if (step instanceof ServerAuthStep.Send send) {
            return Wire.bodyOf(send.message(), 'p');
        }
        throw new AssertionError("nothing to send: " + step);
    }

    private static ByteBuf ok() {
        return Wire.request(0, "");
    }

    private static ByteBuf md5Request(byte[] salt) {
        return Unpooled.buffer().writeInt(5).writeBytes(salt);
    }

    private static void assertFails(ServerAuthStep step, String sqlState, String message) {
        assertThat(step).isInstanceOfSatisfying(ServerAuthStep.Failure.class, failure -> {
            assertThat(failure.sqlState()).isEqualTo(sqlState);
            assertThat(failure.message()).contains(message).doesNotContain(PASSWORD);
        });
    }
}
