package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the listening sockets accept, and when they leave clients in the kernel's queue. */
final class LoginAdmissionTest {
    private int limit = 2;
    private final TestChannel tcp = new TestChannel();
    private final TestChannel otherTcp = new TestChannel();
    private final LoginAdmission admission = new LoginAdmission(() -> limit);

    @BeforeEach
    void listen() {
        admission.listensOn(tcp);
        admission.listensOn(otherTcp);
    }

    @Test
    void stopsAllListenersAtTheLimitAndGoesOnWhenALoginIsOver() {
        TestChannel first = accepted();
        assertThat(accepting()).isTrue();
        accepted();
        assertThat(accepting()).isFalse();
        assertThat(otherTcp.config().isAutoRead()).isFalse();

        admission.over(first);
        assertThat(accepting()).isTrue();
        assertThat(otherTcp.config().isAutoRead()).isTrue();
    }

    @Test
    void goesOnWhenALoginHasLeft() {
        TestChannel first = accepted();
        accepted();

        first.close();
        first.runTasks();

        assertThat(accepting()).isTrue();
        assertThat(admission.inProgress()).isEqualTo(1);
    }

    @Test
    void countsNobodyTwice() {
        TestChannel first = accepted();
        accepted();
        admission.over(first);
        admission.over(first);
        first.close();
        first.runTasks();
        assertThat(admission.inProgress()).isEqualTo(1);

        admission.over(new TestChannel());
        assertThat(admission.inProgress()).isEqualTo(1);
    }

    @Test
    void followsALimitThatIsRaisedOrTakenAway() {
        accepted();
        accepted();
        assertThat(accepting()).isFalse();

        limit = 3;
        admission.check();
        assertThat(accepting()).isTrue();

        accepted();
        assertThat(accepting()).isFalse();
        limit = 0;
        admission.check();
        assertThat(accepting()).isTrue();
        assertThat(admission.isFull()).isFalse();
    }

    private TestChannel accepted() {
        TestChannel channel = new TestChannel();
        admission.accepted(channel);
        return channel;
    }

    private boolean accepting() {
        tcp.runTasks();
        return tcp.config().isAutoRead();
    }
}
