package dev.pgweir.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a Unix socket: what the kernel noted when the connection was made.
 *
 * @param pid its process; 0 where the transport does not tell
 * @param uid its user; -1 where the transport tells only the name
 * @param name its user's name, where the transport tells that
 */
public record UnixPeer(int pid, int uid, @Nullable String name) {
    private static final Path USERS = Path.of("/etc/passwd");

    /** Of an open channel; null if it is no Unix socket, or the kernel does not say. */
    public static @Nullable UnixPeer of(Channel channel) {
        try {
            if (channel instanceof EpollDomainSocketChannel epoll) {
                return of(epoll.peerCredentials());
            }
            if (channel instanceof IoUringDomainSocketChannel uring) {
                return of(uring.peerCredentials());
            }
            if (channel instanceof KQueueDomainSocketChannel kqueue) {
                return of(kqueue.peerCredentials());
            }
            UnixDomainPrincipal principal =
                    channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            return principal == null
                    ? null
                    : new UnixPeer(0, -1, principal.user().getName());
        } catch (IOException | RuntimeException e) {
            // Whoever relies on it refuses; whoever has a password does not need it.
            return null;
        }
    }

    private static UnixPeer of(PeerCredentials credentials) {
        return new UnixPeer(credentials.pid(), credentials.uid(), null);
    }

    /**
     * The name of its user, as far as the list of local users has it; null if it has not. Reads a file, so it is not for
     * an event loop.
     */
    public @Nullable String userName() {
        if (name != null) {
            return name;
        }
        try {
            return nameIn(Files.readAllLines(USERS, StandardCharsets.ISO_8859_1), uid);
        } catch (IOException e) {
            return null;
        }
    }

    static @Nullable String nameIn(List<String> users, int uid) {
        String number = Integer.toString(uid);
        for (String line : users) {
            String[] fields = line.split(":", 4);
            if (fields.length == 4 && fields[2].equals(number)) {
                return fields[0];
            }
        }
        return null;
    }

    /** Whether it is run by the user that this process is run by. */
    boolean isUser(int ownUid, String ownName) {
        return uid >= 0 ? uid == ownUid : ownName.equals(name);
    }
}
