package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ScramClientExchange;
import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramException;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ClientAuthenticatorTest {
    private static final String USER = "alice";
    private static final String PASSWORD = "hunter2 \u00fc";
    private static final ScramKeys KEYS = ScramKeys.derive(PASSWORD, new byte[16], 3);
    private static final Credential PLAIN = new Credential.Plain(PASSWORD);
    private static final Credential MD5 = new Credential.Md5(Md5Password.hash(PASSWORD, USER));
    private static final Credential SCRAM = new Credential.Scram(KEYS.toSecret());
    private static final Credential PASS_THROUGH = new Credential.ScramPassThrough(KEYS);
    private static final Credential NONE = new Credential.None();
    private static final Credential WRONG = new Credential.Plain("hunter3");

    private final SecureRandom random = new SecureRandom();
    private final QueuedExecutor executor = new QueuedExecutor(100);
    private final KeyDeriver deriver = new KeyDeriver(executor, 100, random);
    private final ClientAuthenticators authenticators = new ClientAuthenticators(random, deriver, 2);

    static Stream<Arguments> whatWorks() {
        return Stream.of(
                Arguments.of(AuthMethod.PLAIN, PLAIN, PLAIN),
                Arguments.of(AuthMethod.PLAIN, MD5, PLAIN),
                Arguments.of(AuthMethod.PLAIN, SCRAM, PLAIN),
                Arguments.of(AuthMethod.PLAIN, PASS_THROUGH, PLAIN),
                Arguments.of(AuthMethod.MD5, PLAIN, PLAIN),
                Arguments.of(AuthMethod.MD5, MD5, MD5),
                Arguments.of(AuthMethod.MD5, SCRAM, PASS_THROUGH),
                Arguments.of(AuthMethod.MD5, PASS_THROUGH, PASS_THROUGH),
                Arguments.of(AuthMethod.SCRAM_SHA_256, PLAIN, PLAIN),
                Arguments.of(AuthMethod.SCRAM_SHA_256, SCRAM, PASS_THROUGH),
                Arguments.of(AuthMethod.SCRAM_SHA_256, PASS_THROUGH, PASS_THROUGH));
    }

    @ParameterizedTest
    @MethodSource("whatWorks")
    void letsTheRightPasswordInAndKeepsWhatLogsInToTheServer(
            AuthMethod method, Credential stored, Credential forServer) {
        Conversation conversation = talk(method, stored, PLAIN);

        assertThat(conversation.end()).isInstanceOf(ClientAuthStep.Success.class);
        assertThat(conversation.peerEnd()).isEqualTo(new ServerAuthStep.Done());
        assertThat(conversation.forServer()).isEqualTo(forServer);
    }

    @ParameterizedTest
    @MethodSource("whatWorks")
    void keepsTheWrongPasswordOut(AuthMethod method, Credential stored) {
        assertRefused(talk(method, stored, WRONG).end(), "wrong password");
    }

    static Stream<Arguments> whatCannotWork() {
        return Stream.of(AuthMethod.PLAIN, AuthMethod.MD5, AuthMethod.SCRAM_SHA_256)
                .flatMap(method -> Stream.of(
                        Arguments.of(method, null, "no such user"),
                        Arguments.of(method, NONE, "the user has no password")));
    }

    @ParameterizedTest
    @MethodSource("whatCannotWork")
    void nobodyLogsInWithoutAStoredSecret(AuthMethod method, @Nullable Credential stored, String detail) {
        assertRefused(talk(method, stored, PLAIN).end(), detail);
    }

    @Test
    void anMd5HashDoesNotDoForScram() {
        Conversation conversation = talk(AuthMethod.SCRAM_SHA_256, MD5, PLAIN);

        assertRefused(conversation.end(), "the stored secret cannot be used with this authentication method");
        assertThat(conversation.kinds()).containsExactly("10", "11");
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "MD5", "SCRAM_SHA_256"})
    void anUnknownUserSeesWhatAKnownOneSees(AuthMethod method) {
        Conversation known = talk(method, PLAIN, WRONG);
        Conversation unknown = talk(method, null, WRONG);

        assertThat(unknown.kinds()).isEqualTo(known.kinds());
        assertThat(shown(unknown.end())).isEqualTo(shown(known.end()));
    }

    /** auth_query with auth_type = md5, where PostgreSQL has SCRAM secrets. */
    @Test
    void whoHasNoSecretIsChallengedAsThoseAreWhomPostgresKnows() {
        ClientAuthStep known =
                authenticators.create(AuthMethod.MD5, USER, SCRAM).start();

        assertThat(kind(authenticators.withoutSecret(USER, null).start())).isEqualTo(kind(known));
        assertThat(kind(authenticators.withoutSecret(USER, NONE).start())).isEqualTo(kind(known));
    }

    private static byte kind(ClientAuthStep step) {
        ByteBuf message = Unpooled.buffer();
        ((ClientAuthStep.Continue) step).message().encode(message);
        // Behind the type and the length: which kind of challenge it is.
        return message.getByte(8);
    }

    @Test
    void saysThatAPasswordIsWrongAsPgBouncerDoes() {
        assertThat(shown(talk(AuthMethod.PLAIN, PLAIN, WRONG).end()))
                .containsExactly("28P01", "password authentication failed");
        assertThat(shown(talk(AuthMethod.MD5, PLAIN, WRONG).end()))
                .containsExactly("28P01", "password authentication failed");
        assertThat(shown(talk(AuthMethod.SCRAM_SHA_256, PLAIN, WRONG).end()))
                .containsExactly("28P01", "SASL authentication failed");
    }

    @Test
    void trustTakesAnyKnownUser() {
        assertThat(authenticators.create(AuthMethod.TRUST, USER, NONE).start())
                .isEqualTo(new ClientAuthStep.Success(new AuthenticatedUser(USER, NONE), null));
        assertThat(authenticators.create(AuthMethod.TRUST, USER, SCRAM).start())
                .isEqualTo(new ClientAuthStep.Success(new AuthenticatedUser(USER, SCRAM), null));
        assertThat(shown(authenticators.create(AuthMethod.TRUST, USER, null).start()))
                .containsExactly("28000", "\"trust\" authentication failed");
    }

    @Test
    void anyTakesEverybody() {
        assertThat(authenticators.create(AuthMethod.ANY, USER, null).start())
                .isEqualTo(new ClientAuthStep.Success(new AuthenticatedUser(USER, NONE), null));
        assertThat(authenticators.create(AuthMethod.ANY, USER, PLAIN).start())
                .isEqualTo(new ClientAuthStep.Success(new AuthenticatedUser(USER, PLAIN), null));
    }

    @Test
    void aUserHasOneSaltAndAnotherUserAnother() throws ScramException {
        ScramDerivation first = serverFirst(authenticators, "nobody", null);

        assertThat(serverFirst(authenticators, "nobody", null)).isEqualTo(first);
        assertThat(serverFirst(authenticators, "nobody", PLAIN)).isEqualTo(first);
        assertThat(serverFirst(authenticators, "somebody", null)).isNotEqualTo(first);
        assertThat(first.salt()).hasSize(16);
        assertThat(first.iterations()).isEqualTo(2);

        ScramDerivation afterReload = serverFirst(authenticators.withScramIterations(5), "nobody", null);
        assertThat(afterReload).isEqualTo(new ScramDerivation(first.salt(), 5));
        ScramDerivation otherProcess = serverFirst(new ClientAuthenticators(random, deriver, 2), "nobody", null);
        assertThat(otherProcess).isNotEqualTo(first);
    }

    @Test
    void aStoredPasswordIsDerivedOnceForAllLogins() {
        for (int i = 0; i < 5; i++) {
            ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN);
            KeyDeriver ofTheClient = new KeyDeriver(Runnable::run, 1, random);

            assertThat(Conversation.of(authenticator, USER, PLAIN, random, ofTheClient, executor)
                            .end())
                    .isInstanceOf(ClientAuthStep.Success.class);
        }
        assertThat(executor.accepted()).isEqualTo(1);
    }

    @Test
    void aStoredScramSecretNeedsNoDerivation() {
        KeyDeriver ofTheClient = new KeyDeriver(Runnable::run, 1, random);
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, SCRAM);

        assertThat(Conversation.of(authenticator, USER, PLAIN, random, ofTheClient, executor)
                        .end())
                .isInstanceOf(ClientAuthStep.Success.class);
        assertThat(executor.accepted()).isZero();
    }

    @Test
    void startsToDeriveBeforeTheClientHasProvenAnything() {
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN);
        authenticator.start();

        authenticator.onMessage(Wire.initialResponse("SCRAM-SHA-256", 14, "n,,n=,r=client"));

        assertThat(executor.accepted()).isEqualTo(1);
    }

    @Test
    void waitsForTheKeysWithoutBlocking() throws ScramException {
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN);
        ClientAuthStep step = proveTo(authenticator, PASSWORD);

        assertThat(step).isInstanceOf(ClientAuthStep.Pending.class);
        assertThatIllegalStateException().isThrownBy(authenticator::resume);
        executor.runAll();
        assertThat(((ClientAuthStep.Pending) step).until().toCompletableFuture())
                .isCompleted();
        assertThat(authenticator.resume()).isInstanceOf(ClientAuthStep.Success.class);
    }

    @Test
    void aMessageWhileKeysAreDerivedEndsTheLogin() throws ScramException {
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN);
        proveTo(authenticator, PASSWORD);

        assertThat(shown(authenticator.onMessage(Wire.body("c=biws")))).startsWith("08P01");
        executor.runAll();
        assertThat(authenticator.resume()).isInstanceOf(ClientAuthStep.Failure.class);

        ClientAuthenticator plain = authenticators.create(AuthMethod.PLAIN, USER, SCRAM);
        plain.start();
        assertThat(plain.onMessage(Wire.body(PASSWORD + "\0"))).isInstanceOf(ClientAuthStep.Pending.class);
        assertThat(shown(plain.onMessage(Wire.body(PASSWORD + "\0")))).startsWith("08P01");
        executor.runAll();
        assertThat(plain.resume()).isInstanceOf(ClientAuthStep.Failure.class);
    }

    @Test
    void saysSoWhenTooManyLoginsComeAtOnce() throws ScramException {
        KeyDeriver full = new KeyDeriver(new QueuedExecutor(0), 1, random);
        ClientAuthenticators overloaded = new ClientAuthenticators(random, full, 2);

        assertThat(shown(proveTo(overloaded.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN), PASSWORD)))
                .startsWith("53300");
        ClientAuthenticator plain = overloaded.create(AuthMethod.PLAIN, USER, SCRAM);
        plain.start();
        assertThat(shown(plain.onMessage(Wire.body(PASSWORD + "\0")))).startsWith("53300");
    }

    @Test
    void takesPasswordsUpToTheLimitAndNoLonger() {
        String longest = "x".repeat(PlainAuthenticator.MAX_PASSWORD_LENGTH);

        assertThat(talk(AuthMethod.PLAIN, new Credential.Plain(longest), new Credential.Plain(longest))
                        .end())
                .isInstanceOf(ClientAuthStep.Success.class);
        Credential tooLong = new Credential.Plain(longest + "x");
        assertThat(talk(AuthMethod.PLAIN, tooLong, tooLong).end()).isInstanceOf(ClientAuthStep.Failure.class);
    }

    @Test
    void doesNotCheckASecretThatIsTooExpensive() throws ScramException {
        String expensive = KEYS.toSecret().format().replace("$3:", "$2147483647:");
        ClientAuthenticator plain = authenticators.create(AuthMethod.PLAIN, USER, Credential.parse(expensive));
        plain.start();

        assertRefused(
                plain.onMessage(Wire.body(PASSWORD + "\0")),
                "the stored SCRAM secret has more than 1000000 iterations, which is too expensive to check");
        assertThat(executor.accepted()).isZero();
    }

    static Stream<ByteBuf> malformedPasswords() {
        return Stream.of(
                Unpooled.EMPTY_BUFFER,
                Wire.body("\0"),
                Wire.body(PASSWORD),
                Wire.body(PASSWORD + "\0\0"),
                Wire.body(PASSWORD + "\0x\0"),
                Wire.body("\0" + PASSWORD + "\0"),
                Unpooled.copiedBuffer("hunter2 \u00fc\0", ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("malformedPasswords")
    void refusesAMalformedPassword(ByteBuf body) {
        ClientAuthenticator plain = authenticators.create(AuthMethod.PLAIN, USER, PLAIN);
        ClientAuthenticator md5 = authenticators.create(AuthMethod.MD5, USER, PLAIN);
        plain.start();
        md5.start();

        assertThat(shown(plain.onMessage(body.duplicate()))).containsExactly("28P01", "password authentication failed");
        assertThat(shown(md5.onMessage(body.duplicate()))).containsExactly("28P01", "password authentication failed");
    }

    static Stream<ByteBuf> malformedInitialResponses() {
        return Stream.of(
                Unpooled.EMPTY_BUFFER,
                Wire.body("SCRAM-SHA-256"),
                Wire.body("SCRAM-SHA-256\0"),
                Wire.body("SCRAM-SHA-256\0\0\0\0"),
                Wire.initialResponse("SCRAM-SHA-256", 13, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", 15, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", 0, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", 0, ""),
                Wire.initialResponse("SCRAM-SHA-256", -1, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", -2, ""),
                Wire.initialResponse("SCRAM-SHA-256", Integer.MAX_VALUE, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", Integer.MIN_VALUE, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256-PLUS", 14, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-1", 14, "n,,n=,r=client"),
                Wire.initialResponse("", 14, "n,,n=,r=client"),
                Wire.initialResponse("SCRAM-SHA-256", 23, "p=tls-unique,,n=,r=client"),
                Wire.body("hunter2\0"));
    }

    @ParameterizedTest
    @MethodSource("malformedInitialResponses")
    void refusesAMalformedSaslInitialResponse(ByteBuf body) {
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, PLAIN);
        authenticator.start();

        assertThat(shown(authenticator.onMessage(body.duplicate())))
                .containsExactly("28P01", "SASL authentication failed");
        assertThat(executor.accepted()).isZero();
        assertThat(authenticator.onMessage(Wire.initialResponse("SCRAM-SHA-256", 14, "n,,n=,r=client")))
                .isInstanceOf(ClientAuthStep.Failure.class);
    }

    @Test
    void asksAClientThatNamedTheMechanismOnly() {
        ClientAuthenticator authenticator = authenticators.create(AuthMethod.SCRAM_SHA_256, USER, SCRAM);
        authenticator.start();

        ClientAuthStep.Continue empty =
                (ClientAuthStep.Continue) authenticator.onMessage(Wire.initialResponse("SCRAM-SHA-256", -1, ""));
        assertThat(Wire.textOf(empty.message(), 11)).isEmpty();
        ClientAuthStep.Continue first = (ClientAuthStep.Continue) authenticator.onMessage(Wire.body("n,,n=,r=client"));
        assertThat(Wire.textOf(first.message(), 11)).startsWith("r=client");
    }

    @ParameterizedTest
    @EnumSource
    void failsOnMessagesOutOfTurn(AuthMethod method) {
        ClientAuthenticator authenticator = authenticators.create(method, USER, PLAIN);

        assertThat(shown(authenticator.onMessage(Wire.body("hunter2\0")))).startsWith("08P01");

        ClientAuthenticator finished = authenticators.create(method, USER, PLAIN);
        Conversation.of(finished, USER, PLAIN, random, deriver, executor);
        assertThat(shown(finished.onMessage(Wire.body("hunter2\0")))).startsWith("08P01");
    }

    @Test
    void challengesAreFresh() {
        Set<String> challenges = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            ClientAuthStep.Continue step = (ClientAuthStep.Continue)
                    authenticators.create(AuthMethod.MD5, USER, PLAIN).start();
            challenges.add(Wire.bodyOf(step.message(), 'R').toString(ISO_8859_1));
        }
        assertThat(challenges).hasSizeGreaterThan(18);
    }

    @Test
    void anOldMd5AnswerDoesNotDoAgain() {
        ClientAuthenticator first = authenticators.create(AuthMethod.MD5, USER, MD5);
        ByteBuf request = Wire.bodyOf(((ClientAuthStep.Continue) first.start()).message(), 'R');
        request.skipBytes(4);
        byte[] salt = new byte[4];
        request.readBytes(salt);
        String answer = Md5Password.response(Md5Password.hash(PASSWORD, USER), salt) + "\0";
        ClientAuthenticator second = authenticators.create(AuthMethod.MD5, USER, MD5);
        second.start();

        assertThat(second.onMessage(Wire.body(answer))).isInstanceOf(ClientAuthStep.Failure.class);
        assertThat(first.onMessage(Wire.body(answer))).isInstanceOf(ClientAuthStep.Success.class);
    }

    @Test
    void theMd5HashItselfIsNoPassword() {
        String hash = Md5Password.hash(PASSWORD, USER);

        assertRefused(talk(AuthMethod.PLAIN, MD5, new Credential.Plain(hash)).end(), "wrong password");
        ClientAuthenticator md5 = authenticators.create(AuthMethod.MD5, USER, MD5);
        md5.start();
        assertRefused(md5.onMessage(Wire.body(hash + "\0")), "wrong password");
    }

    @Test
    void garbageNeverLogsInAndNeverThrows() {
        Random seeded = new Random(4711);
        List<String> pieces = List.of(
                "SCRAM-SHA-256", "\0", "\0\0\0\u0010", "n,,", "n=", ",r=", "x", "c=biws", ",p=", "=", "md5", "\u00ff");
        for (int round = 0; round < 3000; round++) {
            AuthMethod method = List.of(AuthMethod.PLAIN, AuthMethod.MD5, AuthMethod.SCRAM_SHA_256)
                    .get(seeded.nextInt(3));
            Credential stored = List.of(PLAIN, MD5, SCRAM, NONE).get(seeded.nextInt(4));
            ClientAuthenticator authenticator = authenticators.create(method, USER, stored);
            ClientAuthStep step = authenticator.start();
            for (int message = 0; message < 4 && step instanceof ClientAuthStep.Continue; message++) {
                StringBuilder body = new StringBuilder();
                for (int i = seeded.nextInt(8); i > 0; i--) {
                    body.append(pieces.get(seeded.nextInt(pieces.size())));
                }
                step = authenticator.onMessage(Unpooled.copiedBuffer(body, ISO_8859_1));
                if (step instanceof ClientAuthStep.Pending) {
                    executor.runAll();
                    step = authenticator.resume();
                }
            }
            assertThat(step).isNotInstanceOf(ClientAuthStep.Success.class);
        }
    }

    @Test
    void boundsScramIterations() {
        assertThatIllegalArgumentException().isThrownBy(() -> authenticators.withScramIterations(0));
        assertThatIllegalArgumentException().isThrownBy(() -> authenticators.withScramIterations(1_000_001));
    }

    private Conversation talk(AuthMethod method, @Nullable Credential stored, Credential known) {
        return Conversation.of(authenticators.create(method, USER, stored), USER, known, random, deriver, executor);
    }

    private ClientAuthStep proveTo(ClientAuthenticator authenticator, String password) throws ScramException {
        ScramClientExchange client = new ScramClientExchange(random);
        authenticator.start();
        String first = client.clientFirst();
        ClientAuthStep.Continue step = (ClientAuthStep.Continue)
                authenticator.onMessage(Wire.initialResponse("SCRAM-SHA-256", first.length(), first));
        ScramDerivation wanted =
                client.onServerFirst(Wire.textOf(step.message(), 11).getBytes(ISO_8859_1));
        return authenticator.onMessage(Wire.body(client.clientFinal(wanted.derive(password))));
    }

    private ScramDerivation serverFirst(ClientAuthenticators from, String user, @Nullable Credential stored)
            throws ScramException {
        ScramClientExchange client = new ScramClientExchange(random);
        ClientAuthenticator authenticator = from.create(AuthMethod.SCRAM_SHA_256, user, stored);
        authenticator.start();
        String first = client.clientFirst();
        ClientAuthStep.Continue step = (ClientAuthStep.Continue)
                authenticator.onMessage(Wire.initialResponse("SCRAM-SHA-256", first.length(), first));
        return client.onServerFirst(Wire.textOf(step.message(), 11).getBytes(ISO_8859_1));
    }

    private static void assertRefused(ClientAuthStep step, String detail) {
        assertThat(step).isInstanceOfSatisfying(ClientAuthStep.Failure.class, failure -> {
            assertThat(failure.sqlState()).isEqualTo("28P01");
            assertThat(failure.detail()).isEqualTo(detail);
        });
    }

    /** What the client gets to see of a failure. */
    private static List<String> shown(ClientAuthStep step) {
        if (step instanceof ClientAuthStep.Failure failure) {
            return List.of(failure.sqlState(), failure.message());
        }
        throw new AssertionError("not a failure: " + step);
    }
}
