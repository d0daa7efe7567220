package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.PostgresVersion;
import dev.pgweir.proxy.testing.RealPostgres;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a server that speaks 3.2 and gives PgWeir long keys. */
@ExtendWith(RealPostgres.class)
@PostgresVersion(PostgresVersion.WITH_PROTOCOL_3_2)
final class ProtocolVersion18IT extends ProtocolVersionIT {}
