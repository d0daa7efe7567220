package dev.pgweir.proxy.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * In which order PostgreSQL answers: what its main loop does with each message, and what COPY does with those that come
 * while it reads data (chapter "Message Flow"; a server of version 14 or newer). Of the answers only those that say how
 * far it is are made: {@code G} CopyInResponse, {@code E} ErrorResponse, {@code Z} ReadyForQuery, and {@code X} for the
 * end of the connection.
 */
final class PostgresModel {
    /** What a message will lead to; the message says so itself, since a model has no data. */
    enum Outcome {
        GOOD,
        BAD,
        /** COPY … FROM STDIN. */
        COPY,
        /** The same, and it fails before it has read anything: CopyInResponse, then the error. */
        COPY_BAD
    }

    /**
     * A message of the client.
     *
     * @param outcomes of each statement of a Query; one for any other message
     */
    record Message(char type, List<Outcome> outcomes) {
        static Message of(char type, Outcome... outcomes) {
            return new Message(type, outcomes.length == 0 ? List.of(Outcome.GOOD) : List.of(outcomes));
        }

        private Outcome outcome() {
            return outcomes.get(0);
        }

        @Override
        public String toString() {
            return type + (outcomes.equals(List.of(Outcome.GOOD)) ? "" : outcomes.toString());
        }
    }

    /** The statements of the running Query that are still to come; empty while none runs. */
    private final Deque<Outcome> statements = new ArrayDeque<>();

    private boolean copying;
    /** The COPY is that of a Query, not of an Execute. */
    private boolean simple;
    /** Something of the extended protocol was done since the last Sync. */
    private boolean inGroup;
    /** It has failed, and all up to the Sync is skipped. */
    private boolean skipping;

    private boolean dead;

    PostgresModel() {}

    PostgresModel(PostgresModel other) {
        statements.addAll(other.statements);
        copying = other.copying;
        simple = other.simple;
        inGroup = other.inGroup;
        skipping = other.skipping;
        dead = other.dead;
    }

    /** Whether it is in the middle of something. */
    boolean isBusy() {
        return copying || inGroup || skipping;
    }

    boolean isDead() {
        return dead;
    }

    boolean isCopying() {
        return copying;
    }

    /** Reads one message; returns what it answers at once. */
    List<Character> read(Message message) {
        List<Character> answers = new ArrayList<>();
        if (dead) {
            return answers;
        }
        if (copying) {
            readInCopy(message, answers);
        } else if (message.type() == 'S') {
            skipping = false;
            inGroup = false;
            answers.add('Z');
        } else if (!skipping) {
            readOutsideCopy(message, answers);
        }
        return answers;
    }

    private void readOutsideCopy(Message message, List<Character> answers) {
        switch (message.type()) {
            case 'Q' -> {
                statements.addAll(message.outcomes());
                goOn(answers);
            }
            case 'F' -> {
                if (message.outcome() == Outcome.BAD) {
                    answers.add('E');
                }
                inGroup = false;
                answers.add('Z');
            }
            case 'P', 'B', 'D', 'E', 'C' -> {
                inGroup = true;
                switch (message.outcome()) {
                    case GOOD -> {}
                    case BAD -> fail(answers, false);
                    case COPY -> beginCopy(answers, false);
                    case COPY_BAD -> {
                        answers.add('G');
                        fail(answers, false);
                    }
                }
            }
            // Flush; and copy data, which are ignored: they may be those of a COPY that has failed.
            case 'H', 'd', 'c', 'f' -> {}
            default -> throw new IllegalArgumentException(message.toString());
        }
    }

    private void readInCopy(Message message, List<Character> answers) {
        switch (message.type()) {
            case 'd' -> {
                if (message.outcome() == Outcome.BAD) {
                    fail(answers, simple);
                }
            }
            case 'c' -> {
                copying = false;
                if (message.outcome() == Outcome.BAD) {
                    fail(answers, simple);
                } else if (simple) {
                    goOn(answers);
                }
            }
            case 'f' -> fail(answers, simple);
            // Some libraries send a Sync or a Flush behind a statement without looking whether it is a COPY.
            case 'H', 'S' -> {}
            default -> {
                answers.add('E');
                answers.add('X');
                dead = true;
            }
        }
    }

    /** Runs the statements of a Query up to the next COPY. */
    private void goOn(List<Character> answers) {
        while (!statements.isEmpty()) {
            switch (statements.remove()) {
                case GOOD -> {}
                case BAD -> {
                    fail(answers, true);
                    return;
                }
                case COPY -> {
                    beginCopy(answers, true);
                    return;
                }
                case COPY_BAD -> {
                    answers.add('G');
                    fail(answers, true);
                    return;
                }
            }
        }
        inGroup = false;
        answers.add('Z');
    }

    private void beginCopy(List<Character> answers, boolean ofQuery) {
        copying = true;
        simple = ofQuery;
        answers.add('G');
    }

    private void fail(List<Character> answers, boolean ofQuery) {
        copying = false;
        statements.clear();
        answers.add('E');
        if (ofQuery) {
            inGroup = false;
            answers.add('Z');
        } else {
            skipping = true;
        }
    }
}
