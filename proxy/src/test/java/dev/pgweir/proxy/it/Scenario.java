package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client sends in one go, and how many ReadyForQuery PostgreSQL answers it with.
 *
 * @param bytes not copied
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scenario(String name, int readies, byte[]... bytes) {

    /** Sends it and reads all answers. */
    List<WireMessage> run(WireClient client) throws IOException {
        client.send(bytes);
        return answers(client);
    }

    /** Reads all answers. */
    List<WireMessage> answers(WireClient client) throws IOException {
        List<WireMessage> answers = new ArrayList<>();
        for (int i = 0; i < readies; i++) {
            answers.addAll(client.readUntil('Z'));
        }
        return answers;
    }

    @Override
    public String toString() {
        return name;
    }
}
