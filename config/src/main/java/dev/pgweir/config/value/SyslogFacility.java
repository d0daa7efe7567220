package dev.pgweir.config.value;

import java.util.Locale;

/** Who a message in syslog is from: the facilities of RFC 5424, section 6.2.1, under the names that syslog(3) gives them. */
public enum SyslogFacility implements Choice {
    KERN(0),
    USER(1),
    MAIL(2),
    DAEMON(3),
    AUTH(4),
    SYSLOG(5),
    LPR(6),
    NEWS(7),
    UUCP(8),
    CRON(9),
    AUTHPRIV(10),
    FTP(11),
    LOCAL0(16),
    LOCAL1(17),
    LOCAL2(18),
    LOCAL3(19),
    LOCAL4(20),
    LOCAL5(21),
    LOCAL6(22),
    LOCAL7(23);

    private final int code;

    SyslogFacility(int code) {
        this.code = code;
    }

    /** Its number in the protocol. */
    public int code() {
        return code;
    }

    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
