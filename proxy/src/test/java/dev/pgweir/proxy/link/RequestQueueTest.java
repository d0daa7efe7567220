package dev.pgweir.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is open after each message of the client and of the server, one rule at a time. */
final class RequestQueueTest {
    private final RequestQueue queue = new RequestQueue(false);

    @Test
    void beginsWithNothingOpen() {
        assertNothingOpen();
    }

    private void assertNothingOpen() {
        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
        assertThat(queue.isUnsynced()).isFalse();
        assertThat(queue.isCopyIn()).isFalse();
        assertThat(queue.takesCopyData()).isFalse();
        assertThat(queue.headIsInternal()).isFalse();
        assertThat(queue.answersOwed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(chars = {'Q', 'F'})
    void isOpenFromARequestToItsReadyForQuery(char request) {
        sent(request);

        assertThat(queue.isIdle()).isFalse();
        assertThat(queue.answersOwed()).isEqualTo(1);
        assertThat((char) queue.onReady()).isEqualTo(request);
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void countsEachRequestOfAPipeline() {
        sent("QFQSQ");
        for (char type : "QFQSQ".toCharArray()) {
            assertThat(queue.isIdle()).isFalse();
            assertThat((char) queue.onReady()).isEqualTo(type);
        }

        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void takesAPipelineOfAnyLength() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1000; i++) {
                sent(i % 3 == 0 ? "Q" : "PBES");
            }
            assertThat(queue.answersOwed()).isEqualTo(1000);
            for (int i = 0; i < 1000; i++) {
                assertThat((char) queue.onReady()).isEqualTo(i % 3 == 0 ? 'Q' : 'S');
            }
            assertThat(queue.isIdle()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'P', 'B', 'D', 'E', 'C'})
    void isOpenFromTheExtendedProtocolToTheAnswerOfItsSync(char type) {
        sent(type);
        assertThat(queue.isIdle()).isFalse();
        assertThat(queue.isUnsynced()).isTrue();
        assertThat(queue.answersOwed()).isZero();

        sent('S');
        assertThat(queue.isUnsynced()).isFalse();
        assertThat(queue.isIdle()).isFalse();
        assertThat(queue.answersOwed()).isEqualTo(1);

        ready();
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void opensTheNextGroupWhileTheLastOneIsAnswered() {
        sent("PBESPB");
        ready();
        assertThat(queue.isIdle()).isFalse();
        assertThat(queue.isUnsynced()).isTrue();

        sent("ES");
        ready();
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void isNotOpenedByAFlush() {
        sent('H');
        assertThat(queue.isIdle()).isTrue();

        sent("PH");
        assertThat(queue.isUnsynced()).isTrue();
    }

    @Test
    void staysAsItIsWhenARequestFails() {
        sent("QPBESQ");
        queue.onError();
        ready();
        queue.onError();
        ready();
        assertThat(queue.isIdle()).isFalse();
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @Test
    void knowsThatNobodyAsked() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(queue::onReady)
                .withMessage("unexpected message ReadyForQuery");
    }

    @Test
    void knowsThatOneAnswerTooManyCame() {
        sent("QS");
        ready();
        ready();

        assertThatExceptionOfType(ProtocolException.class).isThrownBy(queue::onReady);
    }

    @Test
    void knowsAnAnswerBeforeTheSync() {
        sent("PBE");

        assertThatExceptionOfType(ProtocolException.class).isThrownBy(queue::onReady);
    }

    @Test
    void setsPgWeirsOwnQueriesApart() {
        queue.sentInternal(null);
        sent('Q');

        assertThat(queue.headIsInternal()).isTrue();
        assertThat(queue.answersOwed()).isEqualTo(1);
        assertThat(queue.onReady()).isEqualTo(RequestQueue.INTERNAL);
        assertThat(queue.headIsInternal()).isFalse();
        assertThat(queue.isIdle()).isFalse();
        assertThat((char) queue.onReady()).isEqualTo('Q');
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void isInDoubtWhenAQueryComesWithinAGroup() {
        // If the Parse fails PostgreSQL skips the Query, else it answers.
        sent("PQ");

        assertThat(queue.isDoubtful()).isTrue();
    }

    // ---- COPY ----

    @Test
    void isOpenUntilTheCopyOfAQueryIsAnswered() {
        sent('Q');
        queue.onCopyIn();
        assertThat(queue.isCopyIn()).isTrue();
        assertThat(queue.takesCopyData()).isTrue();

        sent("ddc");
        assertThat(queue.isCopyIn()).isFalse();
        assertThat(queue.isIdle()).isFalse();

        ready();
        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
        assertThat(queue.takesCopyData()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The client waits for the CopyInResponse, or it does not; it gives up, or it does not.
                "Q|ddc",
                "Q|f",
                "Qdd|dc",
                "Qddc|",
                "Qf|",
                "Qc|",
                "Q|SHdSc",
            })
    void isThroughWithTheCopyOfAQueryAtItsReadyForQuery(String sentAroundTheResponse) {
        copy(sentAroundTheResponse);
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // With a Sync behind the Execute, as libpq has it; without; everything at once.
                "PBES|ddcS",
                "PBES|fS",
                "PBEH|ddcS",
                "PBEH|fS",
                "PBEddcS|",
                "PBESddcS|",
                "PBESd|dcS",
                "PBESSS|cS",
                "PBES|SHScS",
            })
    void isThroughWithTheCopyOfAnExecuteAtTheReadyForQueryOfItsLastSync(String sentAroundTheResponse) {
        copy(sentAroundTheResponse);
        assertThat(queue.isIdle()).isFalse();
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @Test
    void waitsForTheSyncBehindACopyOfAnExecute() {
        copy("PBES|dc");
        assertThat(queue.isCopyIn()).isFalse();
        assertThat(queue.isUnsynced()).isTrue();

        assertThatExceptionOfType(ProtocolException.class).isThrownBy(queue::onReady);
    }

    @Test
    void followsSeveralCopiesOfOneQuery() {
        copy("Q|dc");
        queue.onCopyIn();
        assertThat(queue.isCopyIn()).isTrue();
        sent("dc");
        ready();

        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void followsSeveralCopiesWhoseDataWereSentAhead() {
        sent("Qdcdc");
        queue.onCopyIn();
        queue.onCopyIn();
        assertThat(queue.isCopyIn()).isFalse();
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @Test
    void keepsRequestsBehindTheDataOfACopy() {
        sent("QdcPBESQ");
        queue.onCopyIn();
        assertThat(queue.answersOwed()).isEqualTo(3);
        ready();
        ready();
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Qddc", "Qf", "PBEdcS", "QdcQdc"})
    void needsNoAnswerToTheDataOfACopyThatDidNotBegin(String sent) {
        sent(sent);
        int answers = queue.answersOwed();
        for (int i = 0; i < answers; i++) {
            assertThat(queue.isIdle()).isFalse();
            queue.onError();
            ready();
        }

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @Test
    void takesLateDataOfAFailedCopyOnlyWhileSomethingIsOpen() {
        copy("Q|d");
        queue.onError();
        assertThat(queue.isCopyIn()).isFalse();
        assertThat(queue.takesCopyData()).isTrue();
        sent("dc");
        ready();

        assertThat(queue.takesCopyData()).isFalse();
        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isFalse();
    }

    @Test
    void isInDoubtWhenACopyFailsThatHadASyncBehindIt() {
        copy("PBES|d");
        queue.onError();

        // PostgreSQL has dropped that Sync as part of the data, or it will answer it.
        assertThat(queue.isDoubtful()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q|dS", "Q|SdS", "PBEH|dS", "PBES|SdS"})
    void isInDoubtWhenACopyFailsInWhichASyncWasSent(String sentAroundTheResponse) {
        copy(sentAroundTheResponse);
        queue.onError();

        assertThat(queue.isDoubtful()).isTrue();
    }

    @Test
    void takesOneAnswerForASyncThatTheFailedCopyHadNotRead() {
        copy("PBES|");
        queue.onError();
        assertThat(queue.isIdle()).isFalse();
        ready();

        assertThat(queue.isIdle()).isTrue();
        assertThat(queue.isDoubtful()).isTrue();
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(queue::onReady);
    }

    @Test
    void beginsAfreshWithAnotherServer() {
        queue.sentInternal(null);
        sent("PQBES");
        queue.onCopyIn();
        queue.onError();

        queue.clear();

        assertNothingOpen();
    }

    private void copy(String sentAroundTheResponse) {
        int response = sentAroundTheResponse.indexOf('|');
        sent(sentAroundTheResponse.substring(0, response));
        queue.onCopyIn();
        sent(sentAroundTheResponse.substring(response + 1));
    }

    private void sent(String types) {
        types.chars().forEach(type -> sent((char) type));
    }

    private void sent(char type) {
        queue.sent((byte) type, null);
    }

    private void ready() {
        queue.onReady();
    }
}
