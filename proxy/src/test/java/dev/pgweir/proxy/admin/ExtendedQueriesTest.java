package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import dev.pgweir.protocol.message.frontend.Bind;
import dev.pgweir.protocol.message.frontend.Close;
import dev.pgweir.protocol.message.frontend.Describe;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The console in the extended protocol. */
final class ExtendedQueriesTest {
    private final RecordingControl control = new RecordingControl();
    private final TalkingClient client =
            new TalkingClient(new Console(new FixedData(), control, new ConsoleActivity()), true);

    private TalkingClient run(String sql) {
        return client.say(new Parse("", sql, List.of()))
                .say(new Bind("", "", List.of()))
                .say(new Describe(PreparedKind.PORTAL, ""))
                .say(new Execute("", 0));
    }

    @Test
    void everyTableIsDescribedAndShown() {
        for (Command command : Console.commands()) {
            if (command instanceof ShowCommand) {
                Answer extended = Answer.of(run(command.name()).sync().heard());
                Answer simple = Answer.of(client.query(command.name()));
                assertThat(extended.columns()).as(command.name()).isEqualTo(simple.columns());
                assertThat(extended.types()).isEqualTo(simple.types());
                assertThat(extended.rows()).isEqualTo(simple.rows());
                assertThat(extended.messages().replaceAll("D+", "D")).isIn("12TDCZ", "12TCZ", "12nNCZ");
            }
        }
    }

    @Test
    void anOrderHasNoColumns() {
        Answer answer = Answer.of(run("RESUME shop").sync().heard());
        assertThat(answer.messages()).isEqualTo("12nCZ");
        assertThat(control.calls).containsExactly("resume shop");
    }

    @Test
    void aStatementIsDescribedBeforeItIsBound() {
        client.say(new Parse("s", "SHOW VERSION", List.of())).say(new Describe(PreparedKind.STATEMENT, "s"));
        assertThat(Answer.of(client.sync().heard()).messages()).isEqualTo("1tTZ");
    }

    @Test
    void aNamedStatementIsRunAgainAndForgottenByClose() {
        client.say(new Parse("s", "SHOW VERSION", List.of()));
        for (int i = 0; i < 2; i++) {
            client.say(new Bind("p", "s", List.of())).say(new Execute("p", 0)).sync();
        }
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("12DCZ2DCZ");
        client.say(new Close(PreparedKind.STATEMENT, "s"))
                .say(new Bind("", "s", List.of()))
                .sync();
        Answer gone = Answer.of(client.heard());
        assertThat(gone.messages()).isEqualTo("3EZ");
        assertThat(gone.code()).isEqualTo("26000");
    }

    @Test
    void aPortalGivesAsManyRowsAsAreAskedForAndThenTheNext() {
        List<List<String>> all =
                Answer.of(client.query("SHOW LISTS; SHOW CONFIG")).rows();
        Answer first = Answer.of(client.say(new Parse("", "SHOW LISTS", List.of()))
                .say(new Bind("p", "", List.of()))
                .say(new Execute("p", 1))
                .heard());
        assertThat(first.messages()).isEqualTo("12Ds");
        assertThat(first.rows()).containsExactly(all.get(0));
        Answer end = Answer.of(client.say(new Execute("p", 5)).heard());
        assertThat(end.messages()).isEqualTo("C");
        assertThat(Answer.of(client.say(new Execute("p", 0)).sync().heard()).messages())
                .isEqualTo("DCZ");
    }

    @Test
    void aPortalWithRowsLeftShowsOneMoment() {
        Answer answer = Answer.of(client.say(new Parse("", "SHOW TOTALS", List.of()))
                .say(new Bind("", "", List.of()))
                .say(new Execute("", 10))
                .say(new Execute("", 10))
                .say(new Execute("", 0))
                .sync()
                .heard());
        assertThat(answer.messages().replaceAll("D{10}", "d").replaceAll("D{4}", "r"))
                .isEqualTo("12dsdsrCZ");
        assertThat(answer.rows()).isEqualTo(Answer.to("SHOW TOTALS", true).rows());
    }

    @Test
    void withinATransactionPortalsStayBeyondSync() {
        client.query("BEGIN").release();
        Answer open = Answer.of(client.say(new Parse("", "SHOW TOTALS", List.of()))
                .say(new Bind("p", "", List.of()))
                .say(new Execute("p", 20))
                .sync()
                .say(new Execute("p", 0))
                .sync()
                .heard());
        assertThat(open.messages().replaceAll("D+", "D")).isEqualTo("12DsZDCZ");
        assertThat(Answer.of(client.query("COMMIT")).tags()).containsExactly("COMMIT");
        assertThat(Answer.of(client.say(new Execute("p", 0)).sync().heard()).code())
                .isEqualTo("34000");
    }

    @Test
    void tellsWhetherATransactionIsOpen() {
        for (String words : List.of(
                "BEGIN>T", "COMMIT>I", "START TRANSACTION READ ONLY>T", "ROLLBACK>I", "begin>T", "END>I", "ABORT>I")) {
            String[] parts = words.split(">", -1);
            ByteBuf heard = client.query(parts[0]);
            assertThat((char) heard.getByte(heard.writerIndex() - 1)).as(words).isEqualTo(parts[1].charAt(0));
            heard.release();
        }
    }

    @Test
    void aFewPortalsMayHaveRowsLeft() {
        client.say(new Parse("s", "SHOW TOTALS", List.of()));
        for (int i = 0; i < 4; i++) {
            client.say(new Bind("p" + i, "s", List.of())).say(new Execute("p" + i, 1));
        }
        client.heard().release();
        Answer more = Answer.of(client.say(new Bind("one more", "s", List.of()))
                .say(new Execute("one more", 1))
                .sync()
                .heard());
        assertThat(more.messages()).isEqualTo("2EZ");
        assertThat(more.code()).isEqualTo("54000");
    }

    @Test
    void aPortalEndsWithSync() {
        client.say(new Parse("", "SHOW VERSION", List.of()))
                .say(new Bind("p", "", List.of()))
                .sync()
                .say(new Execute("p", 0))
                .sync();
        Answer answer = Answer.of(client.heard());
        assertThat(answer.messages()).isEqualTo("12ZEZ");
        assertThat(answer.code()).isEqualTo("34000");
    }

    @Test
    void nothingIsAnsweredFromAnErrorToSync() {
        Answer answer = Answer.of(run("SHOW NOTHING").sync().heard());
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(Answer.of(run("SHOW VERSION").sync().heard()).messages()).isEqualTo("12TDCZ");
    }

    @Test
    void anEmptyStatementHasAnEmptyAnswer() {
        assertThat(Answer.of(run("").sync().heard()).messages()).isEqualTo("12nIZ");
    }

    @Test
    void severalCommandsDoNotFitIntoAStatement() {
        assertThat(Answer.of(run("PAUSE; RESUME").sync().heard()).code()).isEqualTo("42601");
        assertThat(control.calls).isEmpty();
    }

    @Test
    void parametersAreRefused() {
        client.say(new Parse("", "SHOW VERSION", List.of())).say(new Bind("", "", List.of("1")));
        assertThat(Answer.of(client.sync().heard()).error()).contains("supplies 1 parameters");
    }

    @Test
    void aNameIsTakenOnce() {
        client.say(new Parse("s", "PAUSE", List.of()))
                .say(new Parse("s", "RESUME", List.of()))
                .sync();
        assertThat(Answer.of(client.heard()).code()).isEqualTo("42P05");
    }

    @Test
    void statementsThatAreNeverClosedAreBounded() {
        for (int i = 0; i < 100; i++) {
            client.say(new Parse("s" + i, "PAUSE", List.of()));
        }
        assertThat(Answer.of(client.heard()).error()).isEmpty();
        assertThat(Answer.of(client.say(new Parse("more", "PAUSE", List.of())).heard())
                        .code())
                .isEqualTo("54000");
    }

    @Test
    void whatTakesItsTimeHoldsUpTheRest() {
        control.work = new CompletableFuture<>();
        run("PAUSE");
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("12n");
        assertThat(client.waits).isTrue();
        control.work.complete(null);
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("C");
        assertThat(Answer.of(client.sync().heard()).messages()).isEqualTo("Z");
    }

    @Test
    void whatFailsLaterIsSkippedToSync() {
        control.work = new CompletableFuture<>();
        run("PAUSE");
        client.heard().release();
        control.work.completeExceptionally(new ConsoleException("no"));
        assertThat(Answer.of(client.heard()).messages()).isEqualTo("E");
        client.say(new Bind("", "", List.of()));
        assertThat(Answer.of(client.sync().heard()).messages()).isEqualTo("Z");
    }

    @Test
    void settingsOfDriversAreKnownHereToo() {
        assertThat(Answer.of(run("SET extra_float_digits = 3").sync().heard()).messages())
                .isEqualTo("12nNCZ");
        Answer shown = Answer.of(run("SHOW TRANSACTION ISOLATION LEVEL").sync().heard());
        assertThat(shown.columns()).isEqualTo("transaction_isolation");
        assertThat(shown.rows()).containsExactly(List.of("read committed"));
    }

    @Test
    void numbersComeInBinaryWhereADriverAsksForIt() {
        client.say(new Parse("", "SHOW TOTALS", List.of()));
        client.say(FrontendMessageType.BIND, bind(0, 1)).say(new Execute("", 0)).sync();
        ByteBuf out = client.heard();
        assertThat(row(out, '1')).isEmpty();
        assertThat(row(out, '2')).isEmpty();
        ByteBuffer first = ByteBuffer.wrap(row(out, 'D'));
        assertThat(first.getShort()).isEqualTo((short) 2);
        assertThat(first.getInt()).isEqualTo("total_server_assignment_count".length());
        first.position(first.position() + "total_server_assignment_count".length());
        // Ten bytes: one digit of weight 0, positive, no scale; the digit is 1.
        assertThat(first.getInt()).isEqualTo(10);
        assertThat(new short[] {first.getShort(), first.getShort(), first.getShort(), first.getShort(), first.getShort()
                })
                .containsExactly(1, 0, 0, 0, 1);
        out.release();
    }

    @Test
    void formatsHaveToFitTheColumns() {
        client.say(new Parse("", "SHOW TOTALS", List.of()));
        client.say(FrontendMessageType.BIND, bind(0, 0, 0)).sync();
        assertThat(Answer.of(client.heard()).error())
                .isEqualTo("bind message has 3 result formats but query has 2 columns");
        client.say(new Parse("", "SHOW TOTALS", List.of()));
        client.say(FrontendMessageType.BIND, bind(7)).sync();
        assertThat(Answer.of(client.heard()).code()).isEqualTo("22023");
    }

    /** Body of a Bind of the unnamed statement that asks for these formats. */
    private static ByteBuf bind(int... formats) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out).begin(FrontendMessageType.BIND);
        writer.cstring("").cstring("").int16(0).int16(0).int16(formats.length);
        for (int format : formats) {
            writer.int16(format);
        }
        writer.end();
        return out.skipBytes(1 + Integer.BYTES);
    }

    private static byte[] row(ByteBuf out, char type) {
        assertThat((char) out.readByte()).isEqualTo(type);
        byte[] body = new byte[out.readInt() - Integer.BYTES];
        out.readBytes(body);
        return body;
    }
}
