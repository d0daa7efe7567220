package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that prepares statements under names of its own. Used by one thread at a time. */
final class PreparingClient implements Closeable {

    private final WireClient wire;

    /** Logs in; names and values of the startup packet in turn. */
    PreparingClient(Fronted weir, String... parameters) throws IOException {
        this(weir.login(parameters));
    }

    /** Has logged in, wherever that is. */
    PreparingClient(WireClient wire) {
        this.wire = wire;
    }

    WireClient wire() {
        return wire;
    }

    /** Parses a statement, which has to succeed. */
    PreparingClient prepare(String name, String sql) throws IOException {
        assertThat(request(parse(name, sql), sync()))
                .extracting(WireMessage::type)
                .as(sql)
                .containsExactly('1', 'Z');
        return this;
    }

    /** Executes a statement without asking for its columns, and gives the single value. */
    @Nullable
    String value(String name, String... values) throws IOException {
        List<WireMessage> answers = request(bind("", name, values), execute("", 0), sync());
        assertThat(answers).extracting(WireMessage::type).as("%s", answers).containsExactly('2', 'D', 'C', 'Z');
        return answers.get(1).values().get(0);
    }

    /** Executes a statement and asks for its columns: BindComplete, RowDescription, rows, CommandComplete, ReadyForQuery. */
    List<WireMessage> described(String name, String... values) throws IOException {
        return request(bind("", name, values), describe('P', ""), execute("", 0), sync());
    }

    /** The error that executing a statement gives. */
    WireMessage error(String name, String... values) throws IOException {
        return error(bind("", name, values), execute("", 0), sync());
    }

    /** The error that messages up to a Sync or a query give. */
    WireMessage error(byte[]... messages) throws IOException {
        return Answers.error(request(messages));
    }

    /** Sends messages up to a Sync or a query, and reads up to ReadyForQuery. */
    List<WireMessage> request(byte[]... messages) throws IOException {
        return wire.send(messages).readUntil('Z');
    }

    /** Runs a query by the simple protocol, which has to succeed, and gives the tags of its commands. */
    List<String> run(String sql) throws IOException {
        List<WireMessage> answers = wire.query(sql);
        assertThat(answers).as("%s", answers).noneMatch(answer -> answer.type() == 'E');
        return answers.stream()
                .filter(answer -> answer.type() == 'C')
                .map(answer -> answer.texts(0).get(0))
                .toList();
    }

    /** The single value of a query by the simple protocol. */
    @Nullable
    String ask(String sql) throws IOException {
        return wire.value(sql);
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
