package dev.pgweir.protocol.frame;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Any stream in any two cuts: the same messages, the same bytes in order, and no more memory than allowed. */
final class FrameScannerFuzzTest {
    private static final int MAX_MESSAGE = 10_000;
    private static final int MAX_WHOLE = 64;

    private static final Interest INTEREST = Interest.builder()
            .none((byte) 'D', (byte) 'd')
            .header((byte) 'G', (byte) 'T')
            .whole((byte) 'Z', (byte) 'S', (byte) 'E')
            .build();

    /** The first two bytes say where to cut. */
    @FuzzTest(maxDuration = "10m")
    void readsTheSameFromAnyPieces(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(data, 2, data.length);
        int[] cuts = {(data[0] & 0xff) % (stream.length + 1), (data[1] & 0xff) % (stream.length + 1)};
        Arrays.sort(cuts);
        ScanTrace.sameFromAnyCut(INTEREST, MAX_MESSAGE, MAX_WHOLE, stream, cuts);
    }
}
