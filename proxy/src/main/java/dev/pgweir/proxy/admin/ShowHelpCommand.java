package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.NoticeResponse;

/** SHOW HELP: the commands, as the detail of a notice. */
final class ShowHelpCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW HELP";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.notice(NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, "Console usage")
                .withDetail("\n\t" + String.join("\n\t", Console.usages())));
        out.done("SHOW");
    }
}
