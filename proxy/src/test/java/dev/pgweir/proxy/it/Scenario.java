package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a client sends in one go, and how many ReadyForQuery PostgreSQL answers it with.
 *
 * @param bytes not copied
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scenario(String name, int readies, byte[]... bytes) {

    /** What PostgreSQL itself answers. */
    List<WireMessage> byPostgres(TestDatabase database) throws IOException {
        try (WireClient straight = database.login()) {
            return run(straight);
        }
    }

    /** A client gets these answers, after which the only server is free and the client goes on. */
    void isAnsweredBy(Fronted weir, List<WireMessage> expected) throws IOException {
        try (WireClient client = weir.login();
                WireClient next = weir.login()) {
            assertThat(run(client)).isEqualTo(expected);
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    /** Sends it and reads all answers. */
    List<WireMessage> run(WireClient client) throws IOException {
        client.send(bytes);
        return answers(client);
    }

    /** Reads all answers. Which backend a notification is from, the one thing that has to differ, is left out. */
    List<WireMessage> answers(WireClient client) throws IOException {
        List<WireMessage> answers = new ArrayList<>();
        for (int i = 0; i < readies; i++) {
            answers.addAll(client.readUntil('Z'));
        }
        answers.stream()
                .filter(message -> message.type() == 'A')
                .forEach(message -> Arrays.fill(message.body(), 0, 4, (byte) 0));
        return answers;
    }

    @Override
    public String toString() {
        return name;
    }
}
