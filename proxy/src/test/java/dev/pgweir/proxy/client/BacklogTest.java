package dev.pgweir.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    @Test
    void aShortMessageDoesNotKeepTheLongBufferThatOthersWereReadIntoAsWell() {
        ByteBuf shared = ByteBufAllocator.DEFAULT.directBuffer(16 * 1024).writeZero(100);
        Backlog backlog = new Backlog();

        backlog.add(shared.retainedSlice(20, 10));

        assertThat(shared.refCnt()).isEqualTo(1);
        ByteBuf kept = Objects.requireNonNull(backlog.next());
        assertThat(kept.readableBytes()).isEqualTo(10);
        kept.release();
        shared.release();
    }
}
