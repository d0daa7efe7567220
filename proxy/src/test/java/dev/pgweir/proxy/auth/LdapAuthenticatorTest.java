package dev.pgweir.proxy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.auth.PasswordJudge.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of a password that a directory judges. */
final class LdapAuthenticatorTest {
    private final CompletableFuture<Verdict> answer = new CompletableFuture<>();
    private final LdapAuthenticator login = new LdapAuthenticator("app", (user, password) -> answer);

    @Test
    void clientThatLeavesIsNotAskedFor() {
        ask("pencil");
        login.abandon();
        assertThat(answer).isCancelled();
    }

    @Test
    void directoryThatDoesNotAnswerIsNoFailureOfTheClient() {
        ask("pencil");
        answer.complete(Verdict.unknown("nobody is there"));
        assertThat(login.resume())
                .isEqualTo(new ClientAuthStep.Failure("57P03", "LDAP authentication failed", "nobody is there"));
    }

    @Test
    void wrongPasswordIsOne() {
        ask("crayon");
        answer.complete(Verdict.wrong("wrong password"));
        assertThat(login.resume())
                .isEqualTo(new ClientAuthStep.Failure("28000", "LDAP authentication failed", "wrong password"));
    }

    private void ask(String password) {
        login.start();
        ByteBuf body = Unpooled.copiedBuffer(password + "\0", StandardCharsets.UTF_8);
        assertThat(login.onMessage(body)).isEqualTo(new ClientAuthStep.Pending(answer));
    }
}
