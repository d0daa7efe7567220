package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.WireBytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Sockets of clients with TLS, made by the JDK. */
final class Secured {
    private Secured() {}

    /** Asks on the loopback for TLS, and shakes hands; an {@link IOException} if the answer is not S. */
    static SSLSocket ask(int port, SSLContext context) throws IOException {
        return ask(port, context, parameters -> {});
    }

    /** The same, with parameters of one's own. */
    static SSLSocket ask(int port, SSLContext context, Consumer<SSLParameters> settings) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.getOutputStream().write(WireBytes.sslRequest());
        int answer = plain.getInputStream().read();
        if (answer != 'S') {
            plain.close();
            throw new IOException("answered by " + (char) answer);
        }
        return shakeHands(plain, context, settings);
    }

    /** Shakes hands over a connection, which is closed with the socket. */
    static SSLSocket shakeHands(Socket plain, SSLContext context, Consumer<SSLParameters> settings) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        settings.accept(parameters);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
