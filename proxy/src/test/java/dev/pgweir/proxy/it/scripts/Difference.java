package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireMessage;
import java.util.List;

/**
 * The first answer of a client that is not what PostgreSQL gives.
 *
 * @param step what it answers, or a word for what comes besides
 * @param expected what PostgreSQL answers
 * @param got what came instead, up to and with the first message that differs
 * @param end why no more came, empty if the last message says it
 * @param trace what all clients did up to then
 */
record Difference(
        int client, String step, List<WireMessage> expected, List<WireMessage> got, String end, String trace) {

    /** Short, the same for differences of the same kind. */
    String kind() {
        int last = got.size() - 1;
        String there = end.isEmpty() ? Sameness.text(got.get(last)) : end;
        int index = end.isEmpty() ? last : got.size();
        String wanted = index < expected.size() ? Sameness.text(expected.get(index)) : "nothing more";
        return step + ": " + there + " instead of " + wanted;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(trace);
        text.append("\n\nclient ").append(client).append(": ").append(step).append("\nPostgreSQL answers\n");
        expected.forEach(
                message -> text.append("    ").append(Sameness.text(message)).append('\n'));
        text.append("but it got\n");
        got.forEach(
                message -> text.append("    ").append(Sameness.text(message)).append('\n'));
        return end.isEmpty()
                ? text.toString()
                : text.append("    ").append(end).append('\n').toString();
    }
}
