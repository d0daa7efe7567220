package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network that misbehaves on demand: a TCP proxy on the loopback that passes bytes on until it is told to delay,
 * hold or swallow them, to cut or reset connections, or to refuse new ones. Faults hold for the connections there are
 * and for those to come, unless said otherwise. Safe for use by several threads.
 */
public final class FaultProxy implements AutoCloseable {

    private final InetSocketAddress target;
    private final String host;
    private final int port;
    private final Set<FaultyLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final FaultyFlow toServer = new FaultyFlow();
    private final FaultyFlow toClient = new FaultyFlow();
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    private FaultProxy(InetSocketAddress target, String host, int port) {
        this.target = target;
        this.host = host;
        this.port = port;
    }

    /** A proxy in front of that address, passing everything on. */
    public static FaultProxy to(String host, int port) {
        return at("127.0.0.1", PostgresInstance.freePort(), host, port);
    }

    /** The same at an address and port of this machine, for instance 127.0.0.2. */
    public static FaultProxy at(String ownHost, int ownPort, String host, int port) {
        FaultProxy proxy = new FaultProxy(new InetSocketAddress(host, port), ownHost, ownPort);
        proxy.accept();
        return proxy;
    }

    /** An address of the loopback. */
    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    /** Bytes from the client to the server: what to do with them. */
    public FaultyFlow toServer() {
        return toServer;
    }

    /** Bytes from the server to the client: what to do with them. */
    public FaultyFlow toClient() {
        return toClient;
    }

    /** New connections are refused, as by a server that is down. Those there are stay. */
    public synchronized void refuse() {
        try {
            if (listener != null) {
                listener.close();
                listener = null;
                // The kernel goes on taking connections until the thread in accept() has let go of the socket.
                if (acceptor != null) {
                    acceptor.join();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** New connections are taken again. */
    public synchronized void accept() {
        if (listener != null) {
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host()), port), 1024);
            listener = socket;
            acceptor = FaultyLink.daemon("accept", () -> acceptAll(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all connections in order (FIN), as a peer that closes. */
    public void closeAll() {
        links.forEach(FaultyLink::close);
    }

    /** Ends all connections by a reset (RST), as a peer that crashed. */
    public void resetAll() {
        links.forEach(FaultyLink::reset);
    }

    /** Lets everything pass again; what was held is delivered, what was swallowed is lost. */
    public void heal() {
        toServer.heal();
        toClient.heal();
        accept();
    }

    /** How many connections are open now. */
    public int openConnections() {
        return links.size();
    }

    /** How many connections have been taken so far. */
    public int acceptedConnections() {
        return accepted.get();
    }

    @Override
    public void close() {
        refuse();
        toServer.heal();
        toClient.heal();
        resetAll();
    }

    /** How long a connection to the target may take. */
    private static final int CONNECT_MILLIS = (int) Duration.ofSeconds(10).toMillis();

    private void acceptAll(ServerSocket socket) {
        while (true) {
            try {
                Socket client = socket.accept();
                accepted.incrementAndGet();
                FaultyLink.daemon("connect", () -> link(client));
            } catch (SocketException e) {
                // refuse() closed it.
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void link(Socket client) {
        Socket server = new Socket();
        FaultyLink link = new FaultyLink(client, server, links::remove);
        links.add(link);
        try {
            server.connect(target, CONNECT_MILLIS);
        } catch (IOException e) {
            link.reset();
            return;
        }
        link.start(toServer, toClient);
    }
}
