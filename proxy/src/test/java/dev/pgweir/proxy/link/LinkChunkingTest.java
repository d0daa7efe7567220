package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.COLUMNS;
import static dev.pgweir.proxy.link.ServerBytes.COPY_IN;
import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.FAILED;
import static dev.pgweir.proxy.link.ServerBytes.IN_TRANSACTION;
import static dev.pgweir.proxy.link.ServerBytes.NOTICE;
import static dev.pgweir.proxy.link.ServerBytes.NOTIFICATION;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.link.ServerBytes.ROW;
import static dev.pgweir.proxy.link.ServerBytes.error;
import static dev.pgweir.proxy.link.ServerBytes.first;
import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** However the network cuts what a server sends, the client gets the same, and the same becomes of the server. */
@ParameterizedClass
@EnumSource(LinkChunkingTest.Arrival.class)
final class LinkChunkingTest {
    enum Arrival {
        /** Client and server share an event loop. */
        ON_ONE_LOOP,
        /** Each piece is handed over and dealt with before the next one comes. */
        FROM_ANOTHER_LOOP,
        /** The client's loop is behind, so that all pieces wait there. */
        FROM_ANOTHER_LOOP_LATE
    }

    private final Arrival arrival;

    LinkChunkingTest(Arrival arrival) {
        this.arrival = arrival;
    }

    static Stream<Conversation> conversations() {
        return Stream.concat(good(), bad());
    }

    /** The last byte ends a transaction, so the server is released there. */
    private static Stream<Conversation> good() {
        byte[] set = message('S', "TimeZone", "Asia/Tokyo");
        byte[] copied = message('C', "COPY 1");
        byte[] data = message('d', new byte[] {'1', '\n'});
        return Stream.of(
                new Conversation("rows", true, LinkChunkingTest::asksOnce, COLUMNS, ROW, ROW, DONE, READY),
                new Conversation(
                        "error", true, LinkChunkingTest::asksOnce, COLUMNS, ROW, error("ERROR", "22012", "x"), READY),
                new Conversation("transaction", true, LinkChunkingTest::asksOnce, DONE, IN_TRANSACTION),
                new Conversation(
                        "failed transaction", true, LinkChunkingTest::asksOnce, error("ERROR", "42601", "x"), FAILED),
                new Conversation(
                        "told by the way",
                        true,
                        LinkChunkingTest::asksOnce,
                        NOTICE,
                        NOTIFICATION,
                        set,
                        DONE,
                        NOTICE,
                        READY),
                new Conversation(
                        "pipeline",
                        true,
                        world -> world.asks(
                                query("a"), parse("", "b"), bind("", ""), execute("", 0), sync(), query("c")),
                        bytes(
                                DONE,
                                IN_TRANSACTION,
                                message('1'),
                                message('2'),
                                ROW,
                                DONE,
                                IN_TRANSACTION,
                                DONE,
                                READY)),
                new Conversation(
                        "COPY in a query",
                        true,
                        world -> world.asks(query("COPY t FROM STDIN"), data, copyDone()),
                        bytes(COPY_IN, copied, READY)),
                new Conversation(
                        "COPY in a group",
                        true,
                        world -> world.asks(
                                parse("", "COPY"), bind("", ""), execute("", 0), sync(), data, copyDone(), sync()),
                        bytes(message('1'), message('2'), COPY_IN, copied, READY)),
                new Conversation(
                        "COPY that leaves a doubt",
                        true,
                        world -> world.asks(parse("", "COPY"), bind("", ""), execute("", 0), sync(), data),
                        bytes(message('1'), message('2'), COPY_IN, error("ERROR", "22P02", "x"), READY)),
                new Conversation(
                        "settings before the answer",
                        true,
                        LinkChunkingTest::asksOnce,
                        "Asia/Tokyo",
                        null,
                        bytes(COLUMNS, ROW, set, NOTICE, DONE, READY, COLUMNS, ROW, DONE, READY)),
                new Conversation(
                        "settings that were refused, and the answer behind them",
                        true,
                        LinkChunkingTest::asksOnce,
                        "Nowhere",
                        null,
                        bytes(error("ERROR", "22023", "x"), READY, COLUMNS, ROW, DONE, READY)),
                new Conversation(
                        "settings that hold the client",
                        true,
                        world -> {},
                        null,
                        "b",
                        bytes(COLUMNS, ROW, DONE, READY)),
                new Conversation(
                        "client has left",
                        true,
                        world -> {
                            world.asks(query("a"), query("b"));
                            world.link.drain(true, Release.REUSE);
                        },
                        bytes(COLUMNS, ROW, DONE, IN_TRANSACTION, DONE, READY)));
    }

    /** The server breaks the rules, or ends; its client is one that keeps it. */
    private static Stream<Conversation> bad() {
        return Stream.of(
                new Conversation(
                        "fatal error", false, LinkChunkingTest::asksOnce, COLUMNS, ROW, error("FATAL", "57P01", "x")),
                new Conversation("end within a row", false, LinkChunkingTest::asksOnce, COLUMNS, first(9, ROW)),
                new Conversation("end within a header", false, LinkChunkingTest::asksOnce, COLUMNS, first(4, ROW)),
                new Conversation(
                        "end within an error",
                        false,
                        LinkChunkingTest::asksOnce,
                        COLUMNS,
                        first(15, error("ERROR", "22012", "x"))),
                new Conversation(
                        "one answer too many",
                        false,
                        LinkChunkingTest::asksOnce,
                        DONE,
                        READY,
                        NOTICE,
                        DONE,
                        READY,
                        ROW),
                new Conversation(
                        "unknown type", false, LinkChunkingTest::asksOnce, COLUMNS, ROW, message('y', 7), DONE, READY),
                new Conversation(
                        "no length",
                        false,
                        LinkChunkingTest::asksOnce,
                        COLUMNS,
                        ROW,
                        bytes((byte) 'D', 0),
                        DONE,
                        READY),
                new Conversation(
                        "negative length",
                        false,
                        LinkChunkingTest::asksOnce,
                        COLUMNS,
                        ROW,
                        bytes((byte) 'Z', -1),
                        DONE),
                new Conversation(
                        "unknown status", false, LinkChunkingTest::asksOnce, DONE, message('Z', (byte) '?'), READY),
                new Conversation(
                        "error without its end",
                        false,
                        LinkChunkingTest::asksOnce,
                        message('E', new byte[] {'S'}),
                        READY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void isTheSameWhereverItIsCutInTwo(Conversation conversation) {
        Outcome whole = outcome(conversation, List.of());
        for (int cut = 1; cut < conversation.answer.length; cut++) {
            assertThat(outcome(conversation, List.of(cut))).as("cut at " + cut).isEqualTo(whole);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void isTheSameByteByByte(Conversation conversation) {
        List<Integer> everywhere =
                IntStream.range(1, conversation.answer.length).boxed().toList();

        assertThat(outcome(conversation, everywhere)).isEqualTo(outcome(conversation, List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void isTheSameInAnyPieces(Conversation conversation) {
        Outcome whole = outcome(conversation, List.of());
        Random random = new Random(conversation.answer.length);
        for (int round = 0; round < 30; round++) {
            TreeSet<Integer> cuts = new TreeSet<>();
            for (int i = 2 + random.nextInt(8); i > 0; i--) {
                cuts.add(1 + random.nextInt(conversation.answer.length - 1));
            }
            assertThat(outcome(conversation, cuts)).as("cut at " + cuts).isEqualTo(whole);
        }
    }

    /** That it is always the same does not mean that it is right. */
    @Test
    void isReleasedWhereATransactionEndsAndClosedWhereSomethingIsWrong() {
        Map<ServerState, List<String>> names = conversations()
                .collect(Collectors.groupingBy(
                        conversation -> outcome(conversation, List.of()).state,
                        Collectors.mapping(Conversation::name, Collectors.toList())));

        assertThat(names.get(ServerState.IDLE))
                .containsExactly(
                        "rows",
                        "error",
                        "told by the way",
                        "pipeline",
                        "COPY in a query",
                        "COPY in a group",
                        "settings before the answer",
                        "settings that were refused, and the answer behind them",
                        "client has left");
        assertThat(names.get(ServerState.ACTIVE))
                .containsExactly(
                        "transaction",
                        "failed transaction",
                        "settings that hold the client",
                        "fatal error",
                        "end within a row",
                        "end within a header",
                        "end within an error");
        assertThat(names.get(ServerState.CLOSING))
                .containsExactly(
                        "COPY that leaves a doubt",
                        "one answer too many",
                        "unknown type",
                        "no length",
                        "negative length",
                        "unknown status",
                        "error without its end");
    }

    /**
     * What happens.
     *
     * @param releases whether the server goes back at the end of a transaction. Not where anything follows that end:
     *     whose that is depends on when it comes
     * @param before what the client does before the server speaks
     * @param zone the client's TimeZone, where it is not the server's
     * @param path the client's search_path, if it wants one
     * @param answer what the server says; then it closes its socket
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    record Conversation(
            String name,
            boolean releases,
            Consumer<LinkWorld> before,
            @Nullable String zone,
            @Nullable String path,
            byte[] answer) {
        Conversation(String name, boolean releases, Consumer<LinkWorld> before, byte[]... answer) {
            this(name, releases, before, null, null, bytes((Object[]) answer));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * What came of it.
     *
     * @param got by the client, in hexadecimal digits
     * @param heard by the server
     * @param told to the owner; of a client that keeps its server not how often it was idle
     * @param state of the server before it closed its socket
     */
    private record Outcome(
            String got, String heard, List<String> told, ServerState state, boolean bound, boolean toldToEnd) {}

    private static void asksOnce(LinkWorld world) {
        world.asks(query("a"));
    }

    private Outcome outcome(Conversation conversation, Collection<Integer> cuts) {
        LinkWorld world = new LinkWorld(arrival != Arrival.ON_ONE_LOOP, conversation.releases);
        if (conversation.zone != null) {
            world.wanted.request("TimeZone", conversation.zone);
        }
        if (conversation.path != null) {
            world.wanted.request("search_path", conversation.path);
        }
        world.bind();
        conversation.before.accept(world);
        int from = 0;
        List<Integer> ends = new ArrayList<>(cuts);
        ends.add(conversation.answer.length);
        for (int end : ends) {
            world.server().says(Arrays.copyOfRange(conversation.answer, from, end));
            if (arrival != Arrival.FROM_ANOTHER_LOOP_LATE) {
                world.run();
            }
            from = end;
        }
        world.run();
        ServerState state = world.state();
        boolean bound = world.link.isBound();
        boolean toldToEnd = world.server().isToldToEnd();
        world.serverCloses();
        List<String> told = world.news().stream()
                .filter(news -> conversation.releases || !news.startsWith("idle"))
                .toList();
        HexFormat hex = HexFormat.of();
        Outcome outcome = new Outcome(
                hex.formatHex(world.got()), hex.formatHex(world.server().heard()), told, state, bound, toldToEnd);
        world.finish();
        return outcome;
    }
}
