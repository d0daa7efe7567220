package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.SqlState;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that change something: how they are written, and when they are answered. */
final class OrderCommandsTest {
    private final RecordingControl control = new RecordingControl();
    private final Console console = new Console(new NoData(), control, new ConsoleActivity());
    private final TalkingClient client = new TalkingClient(console, true);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PAUSE                        | pause null null              | PAUSE",
                "pause Shop;                  | pause Shop null              | PAUSE",
                "PAUSE \"a \"\"b\"\"; c\"     | pause a \"b\"; c null        | PAUSE",
                "PAUSE TIMEOUT 5              | pause null PT5S              | PAUSE",
                "pause shop timeout 0.25      | pause shop PT0.25S           | PAUSE",
                "PAUSE \"timeout\"            | pause timeout null           | PAUSE",
                "RESUME                       | resume null                  | RESUME",
                "Resume shop                  | resume shop                  | RESUME",
                "DISABLE shop                 | disable shop                 | DISABLE",
                "ENABLE shop                  | enable shop                  | ENABLE",
                "KILL                         | kill null                    | KILL",
                "KILL shop                    | kill shop                    | KILL",
                "KILL_CLIENT 42               | kill client 42               | KILL_CLIENT",
                "RECONNECT shop               | reconnect shop               | RECONNECT",
                "WAIT_CLOSE                   | wait close null              | WAIT_CLOSE",
                "SUSPEND                      | suspend                      | SUSPEND",
                "RELOAD                       | reload                       | RELOAD",
                "SHUTDOWN wait_for_servers    | shutdown WAIT_FOR_SERVERS    | SHUTDOWN",
                "SHUTDOWN WAIT_FOR_CLIENTS    | shutdown WAIT_FOR_CLIENTS    | SHUTDOWN",
                "SET pool_mode = session      | set pool_mode to session     | SET pool_mode=session",
                "set pool_mode='session'      | set pool_mode to session     | SET pool_mode=session",
                "SET pool_mode TO session     | set pool_mode to session     | SET pool_mode=session",
                "SET auth_user=''             | set auth_user to `` | SET auth_user=",
                "SET admin_users = a, b       | set admin_users to a, b      | SET admin_users=a, b",
                "SET x = 'it''s; -- so'       | set x to it's; -- so         | SET x=it's; -- so",
            })
    void isUnderstood(String sql, String call, String tag) {
        Answer answer = Answer.of(client.query(sql));
        assertThat(answer.error()).isEmpty();
        assertThat(control.calls).containsExactly(call.replace("``", "").replaceAll("to $", "to "));
        assertThat(answer.tags()).containsExactly(tag);
        assertThat(answer.messages()).isEqualTo("CZ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PAUSE a b",
                "PAUSE TIMEOUT",
                "PAUSE TIMEOUT 0",
                "PAUSE a TIMEOUT -1",
                "PAUSE a TIMEOUT soon",
                "PAUSE a TIMEOUT 100000",
                "RESUME a b",
                "SUSPEND now",
                "RELOAD it",
                "SHUTDOWN now",
                "SHUTDOWN \"WAIT_FOR_CLIENTS\"",
                "SET",
                "SET pool_mode",
                "SET pool_mode session",
                "PAUSE 'open",
                "\"PAUSE\"",
            })
    void isRefused(String sql) {
        Answer answer = Answer.of(client.query(sql));
        assertThat(answer.code()).isEqualTo("42601");
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(control.calls).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "KILL_CLIENT,     invalid client pointer supplied",
        "KILL_CLIENT abc, invalid client pointer supplied",
        "DISABLE,         a database is required",
        "ENABLE,          a database is required",
    })
    void isRefusedInPgBouncersWords(String sql, String message) {
        Answer answer = Answer.of(client.query(sql));
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.code()).isEqualTo("08P01");
    }

    @Test
    void answersWhenTheWorkIsDoneAndGoesOnThen() {
        control.work = new CompletableFuture<>();
        assertThat(Answer.of(client.query("SHOW VERSION; PAUSE; SHOW STATE")).messages())
                .isEqualTo("TDC");
        assertThat(client.waits).isTrue();
        control.work.complete(null);
        Answer rest = Answer.of(client.heard());
        assertThat(rest.messages()).isEqualTo("CTCZ");
        assertThat(rest.tags()).containsExactly("PAUSE", "SHOW");
        assertThat(client.waits).isFalse();
    }

    @Test
    void severalThatTakeTheirTimeComeOneAfterTheOther() {
        control.work = new CompletableFuture<>();
        CompletableFuture<Void> first = control.work;
        client.query("PAUSE; WAIT_CLOSE").release();
        assertThat(control.calls).hasSize(1);
        control.work = new CompletableFuture<>();
        first.complete(null);
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("C");
        assertThat(client.waits).isTrue();
        control.work.complete(null);
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("CZ");
    }

    @Test
    void whatFailsLaterEndsTheQuery() {
        control.work = new CompletableFuture<>();
        client.query("PAUSE; SHOW VERSION").release();
        control.work.completeExceptionally(new ConsoleException(SqlState.QUERY_CANCELED, "too late"));
        Answer answer = Answer.of(client.heard());
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.error()).isEqualTo("too late");
        assertThat(client.waits).isFalse();
        assertThat(Answer.of(client.query("SHOW VERSION")).messages()).isEqualTo("TDCZ");
    }

    @Test
    void whatFailsAtOnceEndsTheQuery() {
        control.refusal = new ConsoleException("no such database: dne");
        Answer answer = Answer.of(client.query("KILL dne; SHOW VERSION"));
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.error()).isEqualTo("no such database: dne");
    }

    @Test
    void saysWhatItWaitsFor() {
        control.work = new CompletableFuture<>();
        client.query("PAUSE").release();
        Objects.requireNonNull(control.progress).accept("PAUSE waits");
        assertThat(Answer.of(client.heard()).notice()).isEqualTo("PAUSE waits");
        assertThat(client.waits).isTrue();
    }

    @Test
    void aNoticeOfWhatIsDoneAtOnceComesBeforeItsEnd() {
        control.setNotice = "no effect";
        Answer answer = Answer.of(client.query("SET x = y"));
        assertThat(answer.messages()).isEqualTo("NCZ");
        assertThat(answer.notice()).isEqualTo("no effect");
    }

    @Test
    void aCancelRequestGivesUp() {
        control.work = new CompletableFuture<>();
        client.query("PAUSE; SHOW VERSION").release();
        client.cancel();
        Answer answer = Answer.of(client.heard());
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.code()).isEqualTo("57014");
        assertThat(control.work).isCancelled();
    }

    @Test
    void shutdownAtOnceIsNotAnswered() {
        assertThat(Answer.of(client.query("SHUTDOWN")).messages()).isEmpty();
        assertThat(client.waits).isTrue();
        assertThat(control.calls).containsExactly("shutdown IMMEDIATE");
    }

    @Test
    void aFaultIsNotShown() {
        control.work = CompletableFuture.failedFuture(new IllegalStateException("secret"));
        Answer answer = Answer.of(client.query("RELOAD"));
        assertThat(answer.code()).isEqualTo("XX000");
        assertThat(answer.error()).doesNotContain("secret");
        assertThat(Answer.of(client.say(FrontendMessageType.SYNC, null).heard()).messages())
                .isEqualTo("Z");
    }
}
