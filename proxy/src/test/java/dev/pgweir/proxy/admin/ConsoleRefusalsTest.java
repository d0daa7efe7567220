package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.FrontendMessageType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the console does not do, for whom, and what it says then. */
final class ConsoleRefusalsTest {
    @Test
    void adminsMayDoEverything() {
        for (Command command : Console.commands()) {
            Answer answer = Answer.to(sample(command), true);
            assertThat(answer.error()).as(command.name()).isEmpty();
        }
    }

    @Test
    void statsUsersMayLookOnly() {
        List<String> refused = new ArrayList<>();
        for (Command command : Console.commands()) {
            Answer answer = Answer.to(sample(command), false);
            if (answer.error().isEmpty()) {
                assertThat(command).isInstanceOf(ShowCommand.class);
            } else {
                assertThat(answer.code()).isEqualTo("42501");
                assertThat(answer.error()).isEqualTo("admin access needed: " + command.name() + " is for admin_users");
                refused.add(command.name());
            }
        }
        assertThat(refused)
                .containsExactlyInAnyOrder(
                        "SHOW FDS",
                        "DISABLE",
                        "ENABLE",
                        "KILL",
                        "KILL_CLIENT",
                        "PAUSE",
                        "RECONNECT",
                        "RELOAD",
                        "RESUME",
                        "SET",
                        "SHUTDOWN",
                        "SUSPEND",
                        "WAIT_CLOSE");
    }

    @Test
    void nothingIsDoneForAStatsUser() {
        RecordingControl control = new RecordingControl();
        Console console = new Console(new NoData(), control, new ConsoleActivity());
        for (Command command : Console.commands()) {
            new TalkingClient(console, false).query(sample(command)).release();
        }
        assertThat(control.calls).isEmpty();
    }

    private static String sample(Command command) {
        return switch (command.name()) {
            case "SET" -> "SET pool_mode = session";
            case "KILL_CLIENT" -> "KILL_CLIENT 7";
            case "DISABLE", "ENABLE" -> command.name() + " shop";
            default -> command.name();
        };
    }

    @Test
    void anUnknownCommandIsToldWhatIsAccepted() {
        Answer answer = Answer.to("LOOP", true);
        assertThat(answer.error()).isEqualTo("invalid command 'LOOP', use SHOW HELP;");
        assertThat(answer.code()).isEqualTo("42601");
    }

    @Test
    void takesAsManyCommandsAsItSays() {
        assertThat(Answer.to("SHOW VERSION;".repeat(Console.MAX_COMMANDS), false)
                        .tags())
                .hasSize(Console.MAX_COMMANDS);
    }

    @Test
    void runsNoneOfTooManyCommands() {
        Answer answer = Answer.to("SHOW VERSION;".repeat(Console.MAX_COMMANDS + 1), false);
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.error()).isEqualTo("a query of the console may have up to 16 commands, this one has 17");
    }

    @Test
    void refusesTextThatIsTooLongEvenIfItIsBlank() {
        String command = "SHOW VERSION";
        String blank = " ".repeat(Console.MAX_CHARACTERS - command.length());
        assertThat(Answer.to(command + blank, false).error()).isEmpty();
        assertThat(Answer.to(command + blank + " ", false).error())
                .isEqualTo("a query of the console may have up to 4096 characters, this one has 4097");
    }

    @Test
    void refusesAMessageThatIsTooLongToBeSeen() {
        TalkingClient client = new TalkingClient(new NoData(), true);
        Answer query = Answer.of(client.say(FrontendMessageType.QUERY, null).heard());
        assertThat(query.messages()).isEqualTo("EZ");
        assertThat(query.code()).isEqualTo("54000");
        Answer parse = Answer.of(client.say(FrontendMessageType.PARSE, null)
                .say(FrontendMessageType.DESCRIBE, null)
                .sync()
                .heard());
        assertThat(parse.messages()).isEqualTo("EZ");
    }

    @Test
    void refusesFunctionCalls() {
        TalkingClient client = new TalkingClient(new NoData(), true);
        Answer answer =
                Answer.of(client.say(FrontendMessageType.FUNCTION_CALL, null).heard());
        assertThat(answer.messages()).isEqualTo("EZ");
        assertThat(answer.code()).isEqualTo("0A000");
    }
}
