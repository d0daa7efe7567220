package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireMessage;
import java.util.ArrayList;
import java.util.List;

/** What clients have sent and got, in the order in which it happened. Used by several threads. */
final class Trace {

    private final List<String> lines = new ArrayList<>();

    synchronized void started(int client, List<String> startup) {
        if (!startup.isEmpty()) {
            lines.add("client " + client + " logs in with " + startup);
        }
    }

    synchronized void sent(int client, Turn turn) {
        if (turn.steps().isEmpty()) {
            return;
        }
        String pace = turn.piecemeal() ? " one by one" : "";
        lines.add("client " + client + " sends" + pace);
        turn.steps().forEach(step -> lines.add("           > " + step));
    }

    synchronized void got(int client, Step step, List<WireMessage> messages) {
        StringBuilder line = new StringBuilder("  client " + client + " < " + step.kind() + ": ");
        if (messages.isEmpty()) {
            line.append("passed over");
        }
        for (int i = 0; i < messages.size(); i++) {
            line.append(i == 0 ? "" : " | ").append(messages.get(i));
        }
        lines.add(line.toString());
    }

    /** The last lines, at most so many. */
    synchronized String last(int count) {
        int from = Math.max(0, lines.size() - count);
        String cut = from == 0 ? "" : "... " + from + " lines before ...\n";
        return cut + String.join("\n", lines.subList(from, lines.size()));
    }
}
