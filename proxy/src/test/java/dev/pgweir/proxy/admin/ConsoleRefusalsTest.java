package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the console does not do, for whom, and what it says then. */
final class ConsoleRefusalsTest {
    private static final ConsoleUser ADMIN = new ConsoleUser("root", true);
    private static final ConsoleUser STATS = new ConsoleUser("watcher", false);
    private static final Command LOOK = command("LOOK", false);
    private static final Command TOUCH = command("TOUCH", true);

    private final Console console = new Console(new EmptyData(), List.of(LOOK, TOUCH));

    @Test
    void adminsMayDoEverything() {
        assertThat(answer("LOOK; TOUCH", ADMIN)).containsExactly("LOOK", "TOUCH", "Z");
    }

    @Test
    void statsUsersMayLookOnly() {
        assertThat(answer("LOOK", STATS)).containsExactly("LOOK", "Z");
        assertThat(answer("TOUCH", STATS)).containsExactly("42501 admin access needed: TOUCH is for admin_users", "Z");
    }

    @Test
    void everyShowIsForStatsUsersToo() {
        Console full = new Console(new EmptyData());
        for (String name : Console.commandNames()) {
            assertThat(answer(full, name, STATS)).as(name).contains("SHOW").endsWith("Z");
        }
    }

    @Test
    void anUnknownCommandIsToldWhatIsAccepted() {
        ByteBuf out = Unpooled.buffer();
        console.execute("LOOP", STATS, out);
        out.readByte();
        ErrorResponse error = ErrorResponse.decode(out.readSlice(out.readInt() - 4));
        assertThat(error.hint()).isEqualTo("Accepted are: LOOK, TOUCH");
    }

    @Test
    void takesAsManyCommandsAsItSays() {
        assertThat(answer("LOOK;".repeat(Console.MAX_COMMANDS), STATS)).hasSize(Console.MAX_COMMANDS + 1);
    }

    @Test
    void runsNoneOfTooManyCommands() {
        assertThat(answer("LOOK;".repeat(Console.MAX_COMMANDS + 1), STATS))
                .containsExactly("54000 a query of the console may have up to 16 commands, this one has 17", "Z");
    }

    @Test
    void refusesTextThatIsTooLongEvenIfItIsBlank() {
        assertThat(answer("LOOK" + " ".repeat(Console.MAX_CHARACTERS - 4), STATS))
                .containsExactly("LOOK", "Z");
        assertThat(answer("LOOK" + " ".repeat(Console.MAX_CHARACTERS), STATS))
                .containsExactly("54000 a query of the console may have up to 4096 characters, this one has 4100", "Z");
    }

    /** Tags of commands, code and text of errors, and Z. */
    private List<String> answer(String sql, ConsoleUser user) {
        return answer(console, sql, user);
    }

    private static List<String> answer(Console console, String sql, ConsoleUser user) {
        ByteBuf out = Unpooled.buffer();
        console.execute(sql, user, out);
        List<String> messages = new ArrayList<>();
        while (out.isReadable()) {
            byte type = out.readByte();
            ByteBuf body = out.readSlice(out.readInt() - 4);
            switch (type) {
                case 'C' -> messages.add(CommandComplete.decode(body).tag());
                case 'E' -> {
                    ErrorResponse error = ErrorResponse.decode(body);
                    messages.add(error.code() + " " + error.message());
                }
                default -> messages.add(String.valueOf((char) type));
            }
        }
        return messages;
    }

    private static Command command(String name, boolean forAdminsOnly) {
        return new Command() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean forAdminsOnly() {
                return forAdminsOnly;
            }

            @Override
            public void run(ConsoleData data, ResultWriter out) {
                out.done(name);
            }
        };
    }
}
