package dev.pgweir.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.link.PostgresModel.Message;
import dev.pgweir.proxy.link.PostgresModel.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client, the queue, and a model of PostgreSQL, with messages on their way in both directions: whatever is sent, and
 * whenever it arrives, the queue never takes the server for free while the model still owes something.
 */
final class RequestQueueWalkTest {
    private static final int STEPS = 4_000;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    /** A client as drivers are: what it sends makes sense, though not always what comes back. */
    @ParameterizedTest
    @MethodSource("seeds")
    void isIdleExactlyWhenTheServerOwesNothing(long seed) {
        Walk walk = new Walk(seed, true);
        for (int i = 0; i < STEPS; i++) {
            walk.step();
            if (!walk.queue.isDoubtful()) {
                assertThat(walk.queue.isIdle()).as(walk.history()).isNotEqualTo(walk.somethingIsOpen());
            }
        }
    }

    /** A client that sends anything at any time. */
    @ParameterizedTest
    @MethodSource("seeds")
    void neverTakesAServerForFreeThatIsNot(long seed) {
        Walk walk = new Walk(seed, false);
        for (int i = 0; i < STEPS; i++) {
            walk.step();
            if (walk.queue.isIdle() && !walk.queue.isDoubtful()) {
                assertThat(walk.somethingIsOpen()).as(walk.history()).isFalse();
            }
        }
    }

    /** What a link does for a client that has left brings every server to an end. */
    @ParameterizedTest
    @MethodSource("seeds")
    void comesToAnEndWhenTheClientLeaves(long seed) {
        for (int length = 1; length < 60; length++) {
            for (boolean sensible : new boolean[] {true, false}) {
                Walk walk = new Walk(seed * 1000 + length, sensible);
                for (int i = 0; i < length; i++) {
                    walk.step();
                }
                walk.leave();
            }
        }
    }

    /** A walk that never gets anywhere proves nothing. */
    @Test
    void walksComeThroughEverything() {
        for (boolean sensible : new boolean[] {true, false}) {
            Map<Happening, Integer> seen = new EnumMap<>(Happening.class);
            for (long seed = 1; seed <= 20; seed++) {
                Walk walk = new Walk(seed, sensible);
                for (int i = 0; i < STEPS; i++) {
                    walk.step();
                }
                walk.seen.forEach((what, times) -> seen.merge(what, times, Integer::sum));
            }
            assertThat(seen.keySet())
                    .as("sensible: " + sensible)
                    .isEqualTo(
                            sensible
                                    ? EnumSet.complementOf(EnumSet.of(Happening.SERVER_GONE))
                                    : EnumSet.allOf(Happening.class));
            if (sensible) {
                assertThat(seen.values()).allSatisfy(times -> assertThat(times).isGreaterThan(50));
            }
        }
    }

    private enum Happening {
        FREE,
        FREE_AFTER_COPY,
        FREE_IN_DOUBT,
        SERVER_GONE
    }

    /** One run. */
    private static final class Walk {
        private static final Outcome[] OUTCOMES = {
            Outcome.GOOD, Outcome.GOOD, Outcome.GOOD, Outcome.GOOD, Outcome.BAD, Outcome.COPY, Outcome.COPY_BAD
        };

        /** In a plan: the client waits until it is asked for data, or told of an error. */
        private static final Message WAIT = Message.of('w');

        private final Random random;
        private final boolean sensible;
        private final List<String> history = new ArrayList<>();
        private final Map<Happening, Integer> seen = new EnumMap<>(Happening.class);
        RequestQueue queue = new RequestQueue(false);
        private PostgresModel server = new PostgresModel();
        private final Deque<Message> toServer = new ArrayDeque<>();
        private final Deque<Character> toClient = new ArrayDeque<>();
        /** What the client is going to send. */
        private final Deque<Message> plan = new ArrayDeque<>();
        /** How often it was asked for data and has not sent any; and whether it was told that it need not. */
        private int asked;

        private boolean told;

        private boolean copied;
        private boolean left;
        private int hurry = 1;

        Walk(long seed, boolean sensible) {
            this.random = new Random(seed);
            this.sensible = sensible;
        }

        String history() {
            return String.join(" ", history.subList(Math.max(0, history.size() - 60), history.size()));
        }

        /** Whether the server will still say something, or waits for the end of something. */
        boolean somethingIsOpen() {
            PostgresModel ahead = new PostgresModel(server);
            boolean open = !toClient.isEmpty();
            for (Message message : toServer) {
                open |= !ahead.read(message).isEmpty();
            }
            return open || ahead.isBusy();
        }

        void step() {
            // In turns the client sends more than is answered, so that much is on its way, and less, so that all is.
            if (random.nextInt(100) == 0) {
                hurry = 1 + random.nextInt(5);
            }
            int which = random.nextInt(4 + hurry);
            if (which < 2) {
                serverReads();
            } else if (which < 4) {
                answerArrives();
            } else {
                clientSends();
            }
        }

        // ---- the client ----

        private void clientSends() {
            if (toServer.size() > 12) {
                return;
            }
            if (!sensible) {
                send(anything());
                return;
            }
            if (plan.isEmpty()) {
                boolean mayWait = !somethingIsOpen();
                asked = 0;
                told = false;
                plan(mayWait);
            }
            Message next = plan.element();
            if (!next.equals(WAIT)) {
                send(plan.remove());
            } else if (told || asked > 0) {
                plan.remove();
                asked = Math.max(0, asked - 1);
            }
        }

        private Message anything() {
            char type = "QQFPBDECSSSHddcccf".charAt(random.nextInt(18));
            return switch (type) {
                case 'Q' -> query(random.nextInt(3));
                case 'E' -> Message.of(type, OUTCOMES[random.nextInt(OUTCOMES.length)]);
                case 'P', 'B', 'D', 'C', 'F', 'd', 'c' -> usually(type);
                default -> Message.of(type);
            };
        }

        /** One more thing to do. Where the client waits in the middle, everything before must be answered. */
        private void plan(boolean mayWait) {
            switch (random.nextInt(mayWait ? 8 : 5)) {
                case 0 -> plan.add(Message.of('Q', random.nextInt(4) == 0 ? Outcome.BAD : Outcome.GOOD));
                case 1 -> plan.add(usually('F'));
                case 2 -> planGroup();
                case 3 -> {
                    // COPY in a Query, the data behind it at once.
                    plan.add(Message.of('Q', copy()));
                    planData();
                }
                case 4 -> {
                    planExecute(copy());
                    if (random.nextBoolean()) {
                        plan.add(Message.of('S'));
                    }
                    planData();
                    plan.add(Message.of('S'));
                }
                case 5 -> {
                    int copies = 1 + random.nextInt(2);
                    Outcome[] outcomes = new Outcome[copies];
                    for (int i = 0; i < copies; i++) {
                        outcomes[i] = copy();
                    }
                    plan.add(Message.of('Q', outcomes));
                    for (int i = 0; i < copies; i++) {
                        plan.add(WAIT);
                        planData();
                    }
                }
                default -> {
                    planExecute(copy());
                    plan.add(Message.of(random.nextBoolean() ? 'S' : 'H'));
                    plan.add(WAIT);
                    planData();
                    plan.add(Message.of('S'));
                }
            }
        }

        private void planGroup() {
            for (int i = random.nextInt(6); i > 0; i--) {
                plan.add(usually("PBDECH".charAt(random.nextInt(6))));
            }
            plan.add(Message.of('S'));
        }

        private void planExecute(Outcome outcome) {
            plan.add(usually('P'));
            plan.add(usually('B'));
            plan.add(Message.of('E', outcome));
        }

        private void planData() {
            for (int i = random.nextInt(3); i > 0; i--) {
                plan.add(usually('d'));
            }
            plan.add(random.nextInt(4) == 0 ? Message.of('f') : usually('c'));
        }

        private Outcome copy() {
            return switch (random.nextInt(5)) {
                case 0 -> Outcome.BAD;
                case 1 -> Outcome.COPY_BAD;
                default -> Outcome.COPY;
            };
        }

        private Message usually(char type) {
            return Message.of(type, random.nextInt(8) == 0 ? Outcome.BAD : Outcome.GOOD);
        }

        private Message query(int more) {
            Outcome[] outcomes = new Outcome[1 + more];
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = OUTCOMES[random.nextInt(OUTCOMES.length)];
            }
            return Message.of('Q', outcomes);
        }

        /** As the client's side of PgWeir does it. */
        private void send(Message message) {
            boolean data = "dcf".indexOf(message.type()) >= 0;
            if (data && !queue.takesCopyData()) {
                return;
            }
            history.add(">" + message);
            queue.sent((byte) message.type(), null);
            toServer.add(message);
        }

        // ---- the server ----

        private void serverReads() {
            Message next = toServer.poll();
            if (next != null) {
                history.add("!" + next.type());
                copied |= server.isCopying();
                toClient.addAll(server.read(next));
            }
        }

        private void answerArrives() {
            Character next = toClient.poll();
            if (next == null) {
                return;
            }
            history.add("<" + next);
            switch (next) {
                case 'G' -> {
                    asked++;
                    queue.onCopyIn();
                    if (left) {
                        end();
                    }
                }
                case 'E' -> {
                    told = true;
                    queue.onError();
                }
                case 'Z' -> onReady();
                default -> serverIsReplaced(Happening.SERVER_GONE);
            }
        }

        private void onReady() {
            try {
                queue.onReady();
            } catch (ProtocolException e) {
                throw new AssertionError("an answer that nobody expects: " + history(), e);
            }
            if (left || !queue.isIdle()) {
                return;
            }
            if (queue.isDoubtful()) {
                serverIsReplaced(Happening.FREE_IN_DOUBT);
                return;
            }
            saw(copied ? Happening.FREE_AFTER_COPY : Happening.FREE);
            copied = false;
            if (random.nextBoolean()) {
                // Released and given out again, which is when the queue forgets; only the server goes on as it is.
                history.add("free");
                queue.clear();
            }
        }

        private void serverIsReplaced(Happening why) {
            saw(why);
            history.clear();
            server = new PostgresModel();
            queue = new RequestQueue(false);
            toServer.clear();
            toClient.clear();
            plan.clear();
            copied = false;
        }

        private void saw(Happening what) {
            seen.merge(what, 1, Integer::sum);
        }

        // ---- the end ----

        /** The client is gone; what only it could have ended is ended for it, as {@link Link#drain} does. */
        void leave() {
            left = true;
            history.add("left");
            if (!queue.isDoubtful()) {
                end();
            }
            while (!(toServer.isEmpty() && toClient.isEmpty())) {
                serverReads();
                answerArrives();
            }
            boolean closed = queue.isDoubtful() || server.isDead();
            if (!closed) {
                assertThat(queue.isIdle()).as(history()).isTrue();
                assertThat(server.isBusy()).as(history()).isFalse();
            }
        }

        private void end() {
            if (queue.isCopyIn()) {
                send(Message.of('f'));
            }
            if (queue.isUnsynced()) {
                send(Message.of('S'));
            }
        }
    }
}
