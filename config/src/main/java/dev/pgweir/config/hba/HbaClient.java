package dev.pgweir.config.hba;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client before it has proven anything.
 *
 * @param address where it comes from; null through a Unix socket
 * @param encrypted whether by TLS
 * @param database what it asks for
 * @param user the name it gives
 * @param physicalReplication whether it asks for a physical replication connection, which belongs to no database
 */
public record HbaClient(
        @Nullable InetAddress address, boolean encrypted, String database, String user, boolean physicalReplication) {}
