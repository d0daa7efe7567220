package dev.pgweir.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Whatever comes, in whatever pieces: events or a ProtocolException, and memory within the limit ({@link ScanTrace} looks). */
class FrameScannerGarbageTest {
    private static final int ROUNDS = 300;

    @RepeatedTest(5)
    void noiseIsRefusedOrPassedOn(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            sameFromAnyCut(noise, random);
        }
    }

    @RepeatedTest(5)
    void nearlyValidStreamsAreRefusedOrPassedOn(RepetitionInfo repetition) {
        Random random = new Random(1000 + repetition.getCurrentRepetition());
        for (int round = 0; round < ROUNDS; round++) {
            ByteBuf out = Unpooled.buffer();
            for (int message = random.nextInt(30); message > 0; message--) {
                int body = random.nextInt(8) == 0 ? random.nextInt(3000) : random.nextInt(20);
                out.writeByte(random.nextInt(256));
                out.writeInt(random.nextInt(40) == 0 ? random.nextInt() : body + 4);
                byte[] bytes = new byte[body];
                random.nextBytes(bytes);
                out.writeBytes(bytes);
            }
            sameFromAnyCut(ByteBufUtil.getBytes(out), random);
        }
    }

    private static void sameFromAnyCut(byte[] stream, Random random) {
        Interest.Builder builder = Interest.builder();
        for (int type = 0; type < 256; type++) {
            switch (random.nextInt(20)) {
                case 0 -> builder.reject((byte) type);
                case 1, 2, 3, 4, 5 -> builder.header((byte) type);
                case 6, 7, 8, 9, 10 -> builder.whole((byte) type);
                default -> builder.none((byte) type);
            }
        }
        Interest interest = builder.build();
        int maxMessage = 4 + random.nextInt(2000);
        int maxWhole = 5 + random.nextInt(1000);
        int[] cuts =
                random.ints(random.nextInt(20), 0, stream.length + 1).sorted().toArray();
        ScanTrace.sameFromAnyCut(interest, maxMessage, maxWhole, stream, cuts);
    }
}
