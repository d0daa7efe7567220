package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoopChooserTest {
    private static final int FULL = 3;
    private static final EventExecutor FIRST = ImmediateEventExecutor.INSTANCE;
    private static final EventExecutor SECOND = GlobalEventExecutor.INSTANCE;

    private final LoopChooser loops = new LoopChooser(FULL);
    private final EventExecutorChooser chooser = loops.newChooser(new EventExecutor[] {FIRST, SECOND});

    @Test
    void fillsOneLoopBeforeTheNext() {
        assertThat(clients(FULL)).containsOnly(FIRST);
        assertThat(clients(FULL)).containsOnly(SECOND);
    }

    @Test
    void spreadsClientsEvenlyOnceEveryLoopIsFull() {
        assertThat(clients(2 * FULL)).hasSize(2 * FULL);
        assertThat(clients(4)).containsExactly(FIRST, SECOND, FIRST, SECOND);
    }

    @Test
    void takesThePlaceOfAClientThatHasLeft() {
        assertThat(clients(FULL + 1)).endsWith(SECOND);
        loops.left(0);
        assertThat(clients(2)).containsExactly(FIRST, SECOND);
    }

    private Stream<EventExecutor> clients(int count) {
        return Stream.generate(chooser::next).limit(count);
    }
}
