package dev.pgweir.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PostgreSQL's binary forms, compared with what its own functions send. */
final class ColumnTypeTest {
    @ParameterizedTest
    @CsvSource({
        "i, 7, 0000000400000007",
        "i, -1, 00000004ffffffff",
        "q, 4294967296, 000000080000000100000000",
        "s, grün, 000000056772c3bc6e",
        "N, 0, 000000080000000000000000",
        "N, 1, 0000000a00010000000000000001",
        "N, 9999, 0000000a0001000000000000270f",
        "N, 10000, 0000000c000200010000000000010000",
        "N, 123456789, 0000000e0003000200000000000109291a85",
        "N, -5, 0000000a00010000400000000005",
        "N, 9223372036854775807, 000000120005000400000000039a0d2c0170156516af",
    })
    void isWhatPostgresqlSends(char type, String value, String hex) {
        ByteBuf out = Unpooled.buffer();
        ColumnType.of(type).writeBinary(value, new MessageWriter(out).beginUntyped());
        out.skipBytes(Integer.BYTES);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(hex);
        out.release();
    }
}
