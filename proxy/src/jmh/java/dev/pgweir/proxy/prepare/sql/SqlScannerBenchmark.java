package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Texts as programs send them, from those that are done at a glance to those that are read statement by statement. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SqlScannerBenchmark {
    /** What is scanned. */
    public enum Text {
        BEGIN("BEGIN"),
        SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"),
        JOIN("SELECT o.id, o.placed_at, c.name, sum(i.price * i.amount) AS total FROM orders o"
                + " JOIN customers c ON c.id = o.customer_id JOIN items i ON i.order_id = o.id"
                + " WHERE o.placed_at > now() - interval '7 days' AND c.country = 'IS'"
                + " GROUP BY o.id, o.placed_at, c.name ORDER BY total DESC LIMIT 50"),
        INSERT_4_KB("INSERT INTO log (line) VALUES ('" + "x".repeat(4_000) + "')"),
        SET("SET search_path TO tenant_17, public"),
        SEVERAL("SET application_name = 'nightly'; SET statement_timeout = '5s'; SELECT 1"),
        SET_CONFIG("SELECT set_config('app.tenant', '17', false)");

        private final String sql;

        Text(String sql) {
            this.sql = sql;
        }
    }

    @Param
    public Text text;

    private ByteBuf buffer;

    @Setup
    public void fill() {
        byte[] bytes = text.sql.getBytes(StandardCharsets.UTF_8);
        buffer = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    @TearDown
    public void release() {
        buffer.release();
    }

    @Benchmark
    public SqlScan scan() {
        return SqlScanner.scan(buffer, 0, buffer.writerIndex());
    }
}
