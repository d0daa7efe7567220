package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.flush;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a group to be sent once more, and when. */
final class GroupCopyTest {
    private static final byte[] BIND = bind("", "s");
    private static final byte[] EXECUTE = execute("", 0);

    private final GroupCopy copy = new GroupCopy();

    @BeforeEach
    void begin() {
        copy.begin();
    }

    private void add(byte[]... pieces) {
        for (byte[] piece : pieces) {
            ByteBuf data = Unpooled.wrappedBuffer(piece);
            copy.add(data);
            // It is still to be written to the server.
            assertThat(data.readableBytes()).isEqualTo(piece.length);
        }
    }

    @Test
    void lastMessagesAreThoseThatAreAnswered() {
        add(parse("s", "SELECT 1"), flush(), bytes(BIND, flush(), EXECUTE), sync());

        assertThat(ByteBufUtil.getBytes(copy.last(3))).isEqualTo(bytes(flush(), BIND, flush(), EXECUTE, sync()));
    }

    @Test
    void wholeGroupCanBeTheLastOfIt() {
        add(BIND, EXECUTE, sync());

        assertThat(ByteBufUtil.getBytes(copy.last(3))).isEqualTo(bytes(BIND, EXECUTE, sync()));
    }

    @Test
    void messageMayComeInPieces() {
        byte[] all = bytes(BIND, EXECUTE, sync());
        for (byte one : all) {
            add(new byte[] {one});
        }

        assertThat(ByteBufUtil.getBytes(copy.last(2))).isEqualTo(bytes(EXECUTE, sync()));
    }

    @Test
    void isSentOnceMoreAndNotTwice() {
        add(BIND, sync());
        assertThat(copy.isRepeatable()).isTrue();
        copy.last(2);

        assertThat(copy.isRepeatable()).isFalse();
        copy.begin();
        assertThat(copy.isRepeatable()).isTrue();
    }

    @Test
    void isNotSentAgainOnceSomethingIsExecuted() {
        add(BIND, EXECUTE);
        copy.executed();

        assertThat(copy.isRepeatable()).isFalse();
        assertThat(copy.isActive()).isTrue();
    }

    @Test
    void endedGroupIsNotSentAgain() {
        add(BIND, EXECUTE);
        copy.end();

        assertThat(copy.isActive()).isFalse();
        assertThat(copy.isRepeatable()).isFalse();
    }

    @Test
    void groupThatIsTooLongIsNotKept() {
        add(new byte[16 * 1024 - 1], new byte[1]);
        assertThat(copy.isActive()).isTrue();
        add(new byte[1]);

        assertThat(copy.isActive()).isFalse();
        assertThat(copy.isRepeatable()).isFalse();
    }

    @Test
    void nothingOfTheGroupBeforeIsLeft() {
        add(new byte[10_000]);
        copy.executed();
        copy.sent((byte) 'D');
        copy.begin();
        add(BIND, sync());

        assertThat(copy.isRepeatable()).isTrue();
        assertThat(copy.isDescribed()).isFalse();
        assertThat(ByteBufUtil.getBytes(copy.last(2))).isEqualTo(bytes(BIND, sync()));
    }

    @ParameterizedTest
    @ValueSource(chars = {'D', 'P'})
    void clientThatDescribesOrPreparesLearnsTheColumns(char type) {
        copy.sent((byte) 'B');
        assertThat(copy.isDescribed()).isFalse();
        copy.sent((byte) type);
        copy.sent((byte) 'E');

        assertThat(copy.isDescribed()).isTrue();
    }
}
