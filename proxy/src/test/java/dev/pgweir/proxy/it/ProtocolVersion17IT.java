package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.PostgresVersion;
import dev.pgweir.proxy.testing.RealPostgres;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a server that speaks 3.0 and is agreed with on that. */
@ExtendWith(RealPostgres.class)
@PostgresVersion(PostgresVersion.NEWEST)
final class ProtocolVersion17IT extends ProtocolVersionIT {}
