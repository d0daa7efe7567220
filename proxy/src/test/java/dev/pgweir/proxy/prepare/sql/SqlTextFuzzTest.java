package dev.pgweir.proxy.prepare.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes of a query: what is found lies within it, and is the same each time. */
final class SqlTextFuzzTest {

    @FuzzTest(maxDuration = "10m")
    void findsTheSameTwice(byte[] text) {
        SqlScan scan = Scans.scan(text);
        assertThat(scan.statements()).hasSizeLessThanOrEqualTo(text.length);
        assertThat(Scans.scan(text)).isEqualTo(scan);
        scan.statements()
                .forEach(statement -> assertThat(Scans.describe(statement)).isNotBlank());
    }
}
