package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.it.scripts.AnswerReader.UnexpectedAnswer;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One client on its way through its script. Used by one thread at a time. */
final class ClientRun implements Closeable {

    /** Enough for what led to a difference; more scrolls by. */
    static final int TRACE_LINES = 400;

    private final int number;
    private final List<Turn> turns;
    private final WireClient wire;
    private final AnswerReader reader;
    private final Trace trace;
    private final List<Step> unanswered = new ArrayList<>();
    private int next;
    private @Nullable Difference difference;

    /** @param expected what PostgreSQL answers, or null to take what comes */
    ClientRun(int number, Script script, Login login, @Nullable List<Answer> expected, Trace trace, int patienceMillis)
            throws IOException {
        this.number = number;
        this.turns = script.turns();
        this.trace = trace;
        this.wire = login.login(script.startup().toArray(String[]::new));
        this.reader = new AnswerReader(wire, expected);
        wire.patience(patienceMillis);
        trace.started(number, script.startup());
    }

    /** True as long as there is something to do. */
    boolean isBusy() {
        return next <= turns.size() && difference == null;
    }

    /** True if it needs a server connection for itself until its next turn. */
    boolean holdsServer() {
        return isBusy() && (!unanswered.isEmpty() || !reader.isOutsideTransaction());
    }

    @Nullable
    Difference difference() {
        return difference;
    }

    List<Answer> answers() {
        return reader.answers();
    }

    /** Takes the next turn; the last one is not in the script: a Sync, and the end. */
    void turn() throws IOException {
        try {
            if (next < turns.size()) {
                take(turns.get(next));
            } else {
                take(new Turn(List.of(Step.sync()), false));
                end();
            }
            next++;
        } catch (UnexpectedAnswer e) {
            difference = e.by(number, trace, TRACE_LINES);
            close();
        }
    }

    private void take(Turn turn) throws IOException, UnexpectedAnswer {
        trace.sent(number, turn);
        send(turn);
        unanswered.addAll(turn.steps());
        if (!turn.asksForAnswers()) {
            return;
        }
        for (Step step : unanswered) {
            Answer answer = reader.read(step);
            if (step.kind().hasAnswer()) {
                trace.got(number, step, answer.messages());
            }
        }
        unanswered.clear();
    }

    private void send(Turn turn) throws IOException {
        try {
            if (turn.piecemeal()) {
                for (Step step : turn.steps()) {
                    wire.send(step.bytes());
                }
            } else {
                wire.send(turn.steps().stream().map(Step::bytes).toArray(byte[][]::new));
            }
        } catch (SocketException e) {
            // What the peer said before it closed, and that it has closed, comes to light where an answer is read.
            return;
        }
    }

    /** Says goodbye, after which nothing may come. */
    private void end() throws IOException, UnexpectedAnswer {
        try {
            wire.send(WireBytes.terminate());
            throw new UnexpectedAnswer("after Terminate", List.of(), List.of(wire.read()), "");
        } catch (EOFException | SocketException e) {
            close();
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
