package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answers of a client step by step, as PostgreSQL's documentation says what answers what (chapter "Message
 * Flow"): after an error of the extended protocol nothing is answered up to the next Sync. Where answers are expected, it
 * stops at the first message that differs. Used by one thread.
 *
 * <p>One difference is let pass, and what the client does after it is not compared any more: in a failed transaction
 * PostgreSQL prepares nothing, so a statement that the server happens not to have cannot be described or refused for
 * another reason there. The error is that of a failed transaction then (25P02), as it would be for executing it.
 */
final class AnswerReader {

    private final WireClient wire;
    private final @Nullable List<Answer> expected;
    private final List<Answer> answers = new ArrayList<>();
    private boolean passingOver;
    private char status = 'I';
    /** The status at the last ReadyForQuery. */
    private char lastStatus = 'I';

    private boolean compares = true;

    /** @param expected of the whole script, or null to take what comes */
    AnswerReader(WireClient wire, @Nullable List<Answer> expected) {
        this.wire = wire;
        this.expected = expected;
    }

    /** All answers so far. */
    List<Answer> answers() {
        return answers;
    }

    /** True if the last step read ended in a ReadyForQuery outside a transaction. */
    boolean isOutsideTransaction() {
        return status == 'I';
    }

    /** Reads the answer to the next step. */
    Answer read(Step step) throws IOException, UnexpectedAnswer {
        List<WireMessage> messages = new ArrayList<>();
        Answer answer = new Answer(step, messages);
        List<WireMessage> wanted = expected == null || !compares
                ? null
                : new ArrayList<>(expected.get(answers.size()).messages());
        answers.add(answer);
        if (step.kind() == StepKind.SYNC) {
            passingOver = false;
        }
        if (step.kind().isExtended()) {
            status = '?';
        }
        if (passingOver || !step.kind().hasAnswer()) {
            return answer;
        }
        while (messages.isEmpty()
                || !step.kind().endsWith(messages.get(messages.size() - 1).type())) {
            WireMessage message = next(step, wanted, messages);
            messages.add(message);
            if (wanted != null) {
                int index = messages.size() - 1;
                int found = Sameness.find(message, wanted, index);
                if (found < 0 && isOfFailedTransaction(message)) {
                    compares = false;
                    wanted = null;
                }
                if (found < 0 && wanted != null) {
                    throw new UnexpectedAnswer(step.toString(), wanted, messages, "");
                }
                if (wanted != null) {
                    wanted.add(index, wanted.remove(found));
                }
            }
            if (message.type() == 'Z') {
                status = (char) message.body()[0];
                lastStatus = status;
            }
            passingOver = message.type() == 'E' && step.kind().isExtended();
        }
        return answer;
    }

    private boolean isOfFailedTransaction(WireMessage message) {
        return lastStatus == 'E'
                && message.type() == 'E'
                && "25P02".equals(Sameness.fields(message).get('C'));
    }

    private WireMessage next(Step step, @Nullable List<WireMessage> wanted, List<WireMessage> messages)
            throws IOException, UnexpectedAnswer {
        try {
            return wire.read();
        } catch (IOException e) {
            if (wanted == null) {
                throw e;
            }
            throw new UnexpectedAnswer(step.toString(), wanted, messages, e.toString());
        }
    }

    /** An answer that is not what PostgreSQL gives. */
    static final class UnexpectedAnswer extends Exception {

        private final String step;
        private final transient List<WireMessage> expected;
        private final transient List<WireMessage> got;
        private final String end;

        UnexpectedAnswer(String step, List<WireMessage> expected, List<WireMessage> got, String end) {
            super(step);
            this.step = step;
            this.expected = List.copyOf(expected);
            this.got = List.copyOf(got);
            this.end = end;
        }

        Difference by(int client, Trace trace, int lines) {
            return new Difference(client, step, expected, got, end, trace.last(lines));
        }
    }
}
