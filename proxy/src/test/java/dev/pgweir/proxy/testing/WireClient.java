package dev.pgweir.proxy.testing;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A blocking client that sends whatever bytes a test wants and reads what comes back, message by message. Every read
 * gives up after {@value #PATIENCE_MILLIS} ms, so no test hangs on a silent peer. Used by one thread at a time.
 */
public final class WireClient implements Closeable {

    /** Longer than any answer takes on a busy machine. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final InetSocketAddress address;
    private final Socket socket;
    private final DataInputStream in;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private int pid;
    private byte[] secret = new byte[0];

    private WireClient(InetSocketAddress address) throws IOException {
        this(address, null);
    }

    private WireClient(InetSocketAddress address, @Nullable String from) throws IOException {
        this.address = address;
        this.socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (from != null) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.connect(address, PATIENCE_MILLIS);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    private WireClient(Socket connected) throws IOException {
        this.address = (InetSocketAddress) connected.getRemoteSocketAddress();
        this.socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects to the loopback and sends nothing yet. */
    public static WireClient connect(int port) throws IOException {
        return connect("127.0.0.1", port);
    }

    /** Over a connection that is there already, for instance an encrypted one; closes it at its end. */
    public static WireClient over(Socket connected) throws IOException {
        return new WireClient(connected);
    }

    /** Connects and sends nothing yet. */
    public static WireClient connect(String host, int port) throws IOException {
        return new WireClient(new InetSocketAddress(host, port));
    }

    /** Connects to the loopback from one of its addresses, for instance 127.0.0.2, and sends nothing yet. */
    public static WireClient connectFrom(String from, int port) throws IOException {
        return new WireClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), from);
    }

    /** Sends bytes, for instance of {@link WireBytes}. */
    public WireClient send(byte[]... pieces) throws IOException {
        int length = Arrays.stream(pieces).mapToInt(piece -> piece.length).sum();
        byte[] all = new byte[length];
        int position = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, position, piece.length);
            position += piece.length;
        }
        // One write, so that the pieces arrive together where that matters.
        socket.getOutputStream().write(all);
        return this;
    }

    /** Sends a startup packet and answers authentication until ReadyForQuery; throws on an ErrorResponse. */
    public WireClient login(String user, String database, String password, String... moreParameters)
            throws IOException {
        List<WireMessage> messages = tryLogin(user, database, password, moreParameters);
        WireMessage last = messages.get(messages.size() - 1);
        if (last.type() != 'Z') {
            throw new IllegalStateException("login refused: " + last);
        }
        return this;
    }

    /** The same, but gives what the server said; the last message is ReadyForQuery or an ErrorResponse. */
    public List<WireMessage> tryLogin(String user, String database, String password, String... moreParameters)
            throws IOException {
        String[] all = new String[4 + moreParameters.length];
        System.arraycopy(new String[] {"user", user, "database", database}, 0, all, 0, 4);
        System.arraycopy(moreParameters, 0, all, 4, moreParameters.length);
        send(WireBytes.startup(all));
        return authenticate(user, password);
    }

    /** What follows a startup packet already sent: answers authentication until ReadyForQuery or an ErrorResponse. */
    public List<WireMessage> authenticate(String user, String password) throws IOException {
        WireLogin login = new WireLogin(user, password);
        List<WireMessage> messages = new ArrayList<>();
        while (true) {
            WireMessage message = read();
            messages.add(message);
            if (message.type() == 'R') {
                send(login.answer(message));
            } else if (message.type() == 'K') {
                pid = message.int32(0);
                secret = Arrays.copyOfRange(message.body(), 4, message.body().length);
            } else if (message.type() == 'Z' || message.type() == 'E') {
                return messages;
            }
        }
    }

    /** The next message; {@link EOFException} if the peer has closed. Follows ParameterStatus on the way. */
    public WireMessage read() throws IOException {
        char type = (char) in.readUnsignedByte();
        int length = in.readInt() - 4;
        if (length < 0) {
            throw new IllegalStateException("message '" + type + "' of a negative length");
        }
        WireMessage message = new WireMessage(type, in.readNBytes(length));
        if (message.body().length < length) {
            throw new EOFException("in the middle of message '" + type + "'");
        }
        if (type == 'S') {
            List<String> texts = message.texts(0);
            parameters.put(texts.get(0), texts.get(1));
        }
        return message;
    }

    /** One byte, as the answer to SSLRequest. */
    public char readByte() throws IOException {
        return (char) in.readUnsignedByte();
    }

    /** Messages up to and with the next one of that type. */
    public List<WireMessage> readUntil(char type) throws IOException {
        List<WireMessage> messages = new ArrayList<>();
        do {
            messages.add(read());
        } while (messages.get(messages.size() - 1).type() != type);
        return messages;
    }

    /** Sends a simple query and reads up to ReadyForQuery. */
    public List<WireMessage> query(String sql) throws IOException {
        send(WireBytes.query(sql));
        return readUntil('Z');
    }

    /** The rows of a simple query; throws if it failed. */
    public List<List<@Nullable String>> rows(String sql) throws IOException {
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (WireMessage message : query(sql)) {
            if (message.type() == 'E') {
                throw new IllegalStateException(sql + ": " + message);
            }
            if (message.type() == 'D') {
                rows.add(message.values());
            }
        }
        return rows;
    }

    /** The single value of a simple query. */
    public @Nullable String value(String sql) throws IOException {
        return rows(sql).get(0).get(0);
    }

    /** Values of ParameterStatus so far. */
    public Map<String, String> parameters() {
        return Map.copyOf(parameters);
    }

    /** First half of the cancel key; 0 before the login. */
    public int pid() {
        return pid;
    }

    /** Second half of the cancel key; empty before the login. */
    public byte[] secret() {
        return secret.clone();
    }

    /** Sends a CancelRequest for this client over a connection of its own and waits for the peer to close that. */
    public void cancel() throws IOException {
        try (WireClient other = new WireClient(address)) {
            other.send(WireBytes.cancelRequest(pid, secret));
            other.awaitEnd();
        }
    }

    /** Reads and throws away until the peer ends the connection, by FIN or RST. */
    public void awaitEnd() throws IOException {
        try {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (SocketException e) {
            // A reset is an end too.
            return;
        }
    }

    /** How long a read waits from now on. */
    public void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** Ends the sending half and keeps reading. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection by a reset, as a client that crashed. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Says Terminate, then closes. */
    public void terminate() throws IOException {
        send(WireBytes.terminate());
        close();
    }

    /** Closes without Terminate. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
