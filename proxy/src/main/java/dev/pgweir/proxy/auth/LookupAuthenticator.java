package dev.pgweir.proxy.auth;

import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import dev.pgweir.proxy.auth.CredentialLookup.Asked;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The login of a user whose credential has to be asked for first. A login that fails by what was remembered is judged once
 * more by what is true now, if the method allows that; SCRAM does not, as the client has made its proof for the salt it
 * was told. There the next login goes by the new answer.
 */
final class LookupAuthenticator implements ClientAuthenticator {
    private final CredentialLookup lookup;
    private final Function<@Nullable Credential, ClientAuthenticator> method;
    private final boolean tellsWhoExists;

    private @Nullable Asked asked;
    /** Null until the first answer is there. */
    private @Nullable ClientAuthenticator login;
    /** It has failed by what was remembered, and waits for what is true now. */
    private @Nullable Rejudgeable failed;

    private ClientAuthStep verdict = AuthFailures.outOfTurn();
    private byte[] proof = {};
    private boolean remembered;
    private boolean askedAnew;

    /**
     * @param method makes the login for what was found, null for an unknown user
     * @param tellsWhoExists whether an unknown user is told so at once, as PgBouncer does
     */
    LookupAuthenticator(
            CredentialLookup lookup,
            Function<@Nullable Credential, ClientAuthenticator> method,
            boolean tellsWhoExists) {
        this.lookup = lookup;
        this.method = method;
        this.tellsWhoExists = tellsWhoExists;
    }

    @Override
    public ClientAuthStep start() {
        return ask(false);
    }

    private ClientAuthStep ask(boolean anew) {
        askedAnew |= anew;
        Asked question = lookup.ask(anew);
        asked = question;
        return future(question).isDone() ? answered() : new ClientAuthStep.Pending(future(question), login == null);
    }

    private static CompletableFuture<Answer> future(Asked question) {
        return question.answer().toCompletableFuture();
    }

    @Override
    public ClientAuthStep resume() {
        Asked question = asked;
        if (question == null) {
            return judge(current().resume());
        }
        if (!future(question).isDone()) {
            throw new IllegalStateException("the login is not ready to go on");
        }
        return answered();
    }

    private ClientAuthStep answered() {
        Answer answer = future(current(asked)).join();
        asked = null;
        Rejudgeable again = failed;
        if (again != null) {
            failed = null;
            return answer instanceof Answer.Found found && !found.remembered()
                    ? again.judge(found.credential(), Unpooled.wrappedBuffer(proof))
                    : verdict;
        }
        if (answer instanceof Answer.Failed failure) {
            return new ClientAuthStep.Failure(
                    failure.sqlState(), failure.message(), failure.detail(), failure.ofServer());
        }
        if (answer instanceof Answer.Unknown && answer.remembered() && !askedAnew) {
            return ask(true);
        }
        if (answer instanceof Answer.Unknown && tellsWhoExists) {
            return AuthFailures.noSuchUser();
        }
        remembered = answer.remembered();
        ClientAuthenticator made = method.apply(answer instanceof Answer.Found found ? found.credential() : null);
        login = made;
        return judge(made.start());
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        if (asked != null || login == null) {
            return AuthFailures.outOfTurn();
        }
        if (remembered && login instanceof Rejudgeable) {
            proof = ByteBufUtil.getBytes(body);
        }
        return judge(login.onMessage(body));
    }

    private ClientAuthStep judge(ClientAuthStep step) {
        boolean wrong = step instanceof ClientAuthStep.Failure failure
                && failure.sqlState().equals(AuthFailures.INVALID_PASSWORD);
        if (!remembered || askedAnew || !wrong) {
            return step;
        }
        if (!(login instanceof Rejudgeable again)) {
            lookup.forget();
            return step;
        }
        verdict = step;
        failed = again;
        return ask(true);
    }

    @Override
    public void abandon() {
        if (asked != null) {
            asked.leave();
        }
    }

    private ClientAuthenticator current() {
        return current(login);
    }

    private static <T> T current(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the login is never pending here");
        }
        return value;
    }
}
