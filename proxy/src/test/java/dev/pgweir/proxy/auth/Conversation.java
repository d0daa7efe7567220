package dev.pgweir.proxy.auth;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets the two sides of a login talk with each other until it is over: PgWeir's check of a client against PgWeir's own
 * login to a server, which thereby play the client and the server for each other.
 */
final class Conversation {
    private final List<String> kinds = new ArrayList<>();
    private final QueuedExecutor executor;
    private final ClientAuthStep end;
    private @Nullable ServerAuthStep peerEnd;

    /** @param executor runs what is pending, on whichever side */
    Conversation(ClientAuthenticator gate, ServerAuthenticator peer, QueuedExecutor executor) {
        this.executor = executor;
        ClientAuthStep step = gate.start();
        while (step instanceof ClientAuthStep.Continue next) {
            LoginMessage answer = tell(peer, next.message());
            if (answer == null) {
                break;
            }
            step = gate.onMessage(Wire.bodyOf(answer, 'p'));
            if (step instanceof ClientAuthStep.Pending) {
                executor.runAll();
                step = gate.resume();
            }
        }
        if (step instanceof ClientAuthStep.Success success) {
            if (success.last() != null) {
                tell(peer, success.last());
            }
            tell(peer, out -> out.writeByte('R').writeInt(8).writeInt(0));
        }
        end = step;
    }

    /** A client that knows a credential, logs in through an authenticator. */
    static Conversation of(
            ClientAuthenticator gate,
            String user,
            Credential known,
            SecureRandom random,
            KeyDeriver deriver,
            QueuedExecutor executor) {
        return new Conversation(gate, new ServerAuthenticator(user, known, random, deriver), executor);
    }

    private @Nullable LoginMessage tell(ServerAuthenticator peer, LoginMessage message) {
        kinds.add(String.valueOf(Wire.bodyOf(message, 'R').readInt()));
        ServerAuthStep step = peer.onRequest(Wire.bodyOf(message, 'R'));
        if (step instanceof ServerAuthStep.Pending) {
            executor.runAll();
            step = peer.resume();
        }
        peerEnd = step;
        return step instanceof ServerAuthStep.Send send ? send.message() : null;
    }

    /** How it ended for the side that checks. */
    ClientAuthStep end() {
        return end;
    }

    /** How it ended for the side that logs in. */
    @Nullable
    ServerAuthStep peerEnd() {
        return peerEnd;
    }

    /** The kinds of the authentication requests, in order. */
    List<String> kinds() {
        return kinds;
    }

    /** The credential the login left; fails when it was not a success. */
    Credential forServer() {
        if (end instanceof ClientAuthStep.Success success) {
            return success.user().forServer();
        }
        throw new AssertionError("not a success: " + end);
    }
}
